// Transposed convolutions on the CPU whose windows overlap.
#pragma once

#include "cpu/builder.hpp"
#include "ops/conv_transpose2d/conv_transpose2d.hpp"

namespace terramask::ops {

/// The kernel is cut into pieces whose windows lie side by side; each is a Pointwise, and what they make is
/// added up in one order. Every result's bits depend on its operands alone. oneDNN's own transposed
/// convolution sums in an order that depends on extents (AVX2) or threads (small numbers of channels).
void prepare_overlapping(const ConvTranspose2d& op, cpu::Builder& builder);

}  // namespace terramask::ops
