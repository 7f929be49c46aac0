// The convolution kernels, shared by conv2d and conv_transpose2d: a transposed convolution is one plain
// convolution for each phase of its stride, with the taps of that phase reversed.
#pragma once

#include "ops/activation/activation.hpp"
#include "vulkan/recorder.hpp"

namespace terramask::ops {

struct Convolution {
  Extent2 kernel;   ///< as in the weight tensor
  Extent2 stride;   ///< of a plain convolution; 1 for a transposed one
  Extent2 padding;  ///< the operator's own
  Extent2 dilation;
  Extent2 upsampling;  ///< a transposed convolution's stride; 1 for a plain one
  bool transposed = false;
  Activation activation;
};

/// Records the convolution of operand 0 with weights (operand 1) and bias (operand 2, optional).
void record_convolution(const Convolution& convolution, vulkan::Recorder& recorder);

}  // namespace terramask::ops
