// Transposed convolutions with overlapping windows on the CPU.
#pragma once

#include "cpu/builder.hpp"
#include "ops/conv_transpose2d/conv_transpose2d.hpp"

namespace terramask::ops {

/// The kernel is split into pieces whose windows do not overlap. Each piece is a Pointwise; their results are
/// added in a fixed order. The bits of each result depend on its operands only. oneDNN's transposed
/// convolution sums in an order that depends on extents (AVX2) or threads (few channels).
void prepare_overlapping(const ConvTranspose2d& op, cpu::Builder& builder);

}  // namespace terramask::ops
