#include <algorithm>

#include "cpu/builder.hpp"
#include "ops/cpu/activation.hpp"

namespace terramask::ops {

void prepare(const Activate& op, cpu::Builder& builder) {
  builder.step("activation", [&] {
    const auto x = builder.operand(0);
    const auto y = builder.result();
    return [=, activation = op.activation] {
      cpu::parallel_runs(y.shape.elements(), kRunLength, [&](std::int64_t begin, std::int64_t end) {
        std::copy(x.data + begin, x.data + end, y.data + begin);
        activate_in_place(activation, y.data + begin, end - begin);
      });
    };
  });
}

}  // namespace terramask::ops
