#include "ops/conv2d/kernels.hpp"
#include "ops/conv_transpose2d/conv_transpose2d.hpp"

namespace terramask::ops {

void record(const ConvTranspose2d& op, vulkan::Recorder& recorder) {
  record_convolution({.kernel = op.kernel,
                      .stride = {1, 1},
                      .padding = op.padding,
                      .dilation = op.dilation,
                      .upsampling = op.stride,
                      .transposed = true,
                      .activation = op.activation},
                     recorder);
}

}  // namespace terramask::ops
