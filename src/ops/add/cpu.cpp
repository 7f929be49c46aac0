#include "cpu/builder.hpp"
#include "ops/add/add.hpp"
#include "ops/cpu/activation.hpp"

namespace terramask::ops {

void prepare(const Add& op, cpu::Builder& builder) {
  builder.step("add", [&] {
    const auto a = builder.operand(0), b = builder.operand(1);
    const auto y = builder.result();
    return [=, activation = op.activation] {
      cpu::parallel_runs(y.shape.elements(), kRunLength, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) y.data[i] = a.data[i] + b.data[i];
        activate_in_place(activation, y.data + begin, end - begin);
      });
    };
  });
}

}  // namespace terramask::ops
