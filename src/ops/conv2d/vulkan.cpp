#include "ops/conv2d/conv2d.hpp"
#include "ops/conv2d/kernels.hpp"

namespace terramask::ops {

void record(const Conv2d& op, vulkan::Recorder& recorder) {
  record_convolution({.kernel = op.kernel,
                      .stride = op.stride,
                      .padding = op.padding,
                      .dilation = op.dilation,
                      .upsampling = {1, 1},
                      .transposed = false,
                      .activation = op.activation},
                     recorder);
}

}  // namespace terramask::ops
