#include <algorithm>

#include "cpu/builder.hpp"
#include "ops/pad/pad.hpp"

namespace terramask::ops {

void prepare(const Pad& op, cpu::Builder& builder) {
  builder.step("pad", [&] {
    const auto x = builder.operand(0);
    const auto y = builder.result();
    return [=] {
      // Columns of the result that lie in the operand.
      const std::int64_t first = std::clamp<std::int64_t>(op.left, 0, y.shape.w());
      const std::int64_t last = std::clamp<std::int64_t>(x.shape.w() + op.left, first, y.shape.w());
      cpu::parallel(y.groups() * y.shape.h(), [&](std::int64_t job) {
        const std::int64_t group = job / y.shape.h(), i = job % y.shape.h(), row = i - op.top;
        float* const to = y.row(group, i);
        if (row < 0 || row >= x.shape.h()) {
          std::fill_n(to, y.shape.w() * y.block, 0.0F);
          return;
        }
        std::fill_n(to, first * y.block, 0.0F);
        if (last > first)
          std::copy_n(x.row(group, row) + (first - op.left) * x.block, (last - first) * x.block,
                      to + first * y.block);
        std::fill(to + last * y.block, to + y.shape.w() * y.block, 0.0F);
      });
    };
  });
}

}  // namespace terramask::ops
