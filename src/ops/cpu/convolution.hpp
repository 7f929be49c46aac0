// Convolutions and transposed convolutions by oneDNN.
#pragma once

#include "cpu/builder.hpp"
#include "ops/conv2d/conv2d.hpp"
#include "ops/conv_transpose2d/conv_transpose2d.hpp"

namespace terramask::ops {

/// The tile of the Winograd kernel that runs this convolution, 1 where it runs directly. By channels, kernel
/// and stride alone, so that results do not depend on how an image is cut.
std::int64_t winograd_tile(const Conv2d& op, const Shape& weight, const cpu::Traits& traits);
/// The same of a transposed convolution, where a convolution with the kernel turned runs it.
std::int64_t winograd_tile(const ConvTranspose2d& op, const Shape& weight, const cpu::Traits& traits);

}  // namespace terramask::ops
