#include "ops/cpu/flat.hpp"
#include "ops/sgd/sgd.hpp"

namespace terramask::ops {
namespace {

struct Buffers {
  const float *p, *g, *m;
  float *new_p, *new_m;
};

struct Factors {
  float scale, rate, momentum, ahead, decay, l1;
};

// Results may share memory with the operands they replace, element by element.
template <bool momentum>
void update(const Buffers& at, const Factors& by, std::int64_t begin, std::int64_t end) {
#pragma omp simd
  for (std::int64_t i = begin; i < end; ++i) {
    const float p = at.p[i];
    const float sign = p > 0 ? by.l1 : p < 0 ? -by.l1 : 0.0F;
    const float g = by.scale * at.g[i] + by.decay * p + sign;
    if constexpr (momentum) {
      const float m = by.momentum * at.m[i] + g;
      at.new_m[i] = m;
      // Nesterov: one step ahead along m.
      at.new_p[i] = p - by.rate * (by.ahead > 0 ? g + by.ahead * m : m);
    } else {
      at.new_p[i] = p - by.rate * g;
    }
  }
}

}  // namespace

void prepare(const Sgd& op, cpu::Builder& builder) {
  builder.step("sgd", [&] {
    const bool momentum = op.momentum > 0;
    const Buffers at{flat(builder.operand(0)), flat(builder.operand(1)),
                     momentum ? flat(builder.operand(4)) : nullptr, flat(builder.result(0)),
                     momentum ? flat(builder.result(1)) : nullptr};
    const float* const scale = flat(builder.operand(2));
    const float* const schedule = flat(builder.operand(3));
    return [=, count = builder.result().shape.elements()] {
      const Factors by{*scale,
                       static_cast<float>(static_cast<double>(*schedule) * op.group.rate),
                       static_cast<float>(op.momentum),
                       op.nesterov ? static_cast<float>(op.momentum) : 0.0F,
                       static_cast<float>(op.group.weight_decay),
                       static_cast<float>(op.group.l1)};
      cpu::parallel_runs(count, kFlatRun, [&](std::int64_t begin, std::int64_t end) {
        momentum ? update<true>(at, by, begin, end) : update<false>(at, by, begin, end);
      });
    };
  });
}

}  // namespace terramask::ops
