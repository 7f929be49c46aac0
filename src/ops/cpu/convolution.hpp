// Convolutions and transposed convolutions with oneDNN.
#pragma once

#include "cpu/builder.hpp"
#include "ops/conv2d/conv2d.hpp"
#include "ops/conv_transpose2d/conv_transpose2d.hpp"

namespace terramask::ops {

/// The tile size of the Winograd kernel that runs this convolution; 1 if it runs directly. Depends on
/// channels, kernel and stride only, so that results do not depend on how an image is split.
std::int64_t winograd_tile(const Conv2d& op, const Shape& weight, const cpu::Traits& traits);
/// The same for a transposed convolution that runs as a convolution with the kernel flipped.
std::int64_t winograd_tile(const ConvTranspose2d& op, const Shape& weight, const cpu::Traits& traits);

}  // namespace terramask::ops
