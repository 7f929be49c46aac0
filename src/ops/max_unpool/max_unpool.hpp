// Restores values to the positions reported by max_pool (Badrinarayanan et al. 2017; Zeiler et al. 2011).
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operands: x [N, C, H, W], indices (i32, same shape; max_pool's). Result: y [N, C, output.h, output.w],
/// zero except y[n, c, indices[n,c,i,j]] = x[n,c,i,j]. The attributes are those of the pool it inverts. If
/// overlapping windows refer to the same position, the last in row-major order wins. An index outside its own
/// window is ignored.
struct MaxUnpool {
  static constexpr std::string_view name = "max_unpool";
  static constexpr bool moves_values = true;
  Extent2 kernel{2, 2};
  Extent2 stride{2, 2};
  Extent2 padding{0, 0};
  Extent2 output{0, 0};
};

std::vector<ValueType> infer(const MaxUnpool& op, std::span<const ValueType> operands);
Interval reach(const MaxUnpool& op, std::size_t operand, Axis axis, Interval result);
Rate rate(const MaxUnpool& op, Axis axis);
std::string describe(const MaxUnpool& op);
void differentiate(const MaxUnpool& op, Backward& backward);

}  // namespace terramask::ops
