#include <cmath>

#include "ops/adam/adam.hpp"
#include "ops/cpu/flat.hpp"

namespace terramask::ops {
namespace {

struct Buffers {
  const float *p, *g, *m, *v;
  float *new_p, *new_m, *new_v;
};

struct Factors {
  float scale, decay, l1, beta1, rest1, beta2, rest2, kept, rate, second, epsilon;
};

// Results may share memory with the operands they replace, element by element.
void update(const Buffers& at, const Factors& by, std::int64_t begin, std::int64_t end) {
#pragma omp simd
  for (std::int64_t i = begin; i < end; ++i) {
    const float p = at.p[i];
    const float sign = p > 0 ? by.l1 : p < 0 ? -by.l1 : 0.0F;
    const float g = by.scale * at.g[i] + by.decay * p + sign;
    const float m = by.beta1 * at.m[i] + by.rest1 * g;
    const float v = by.beta2 * at.v[i] + by.rest2 * (g * g);
    at.new_p[i] = p * by.kept - by.rate * m / (std::sqrt(v) * by.second + by.epsilon);
    at.new_m[i] = m;
    at.new_v[i] = v;
  }
}

}  // namespace

void prepare(const Adam& op, cpu::Builder& builder) {
  builder.step("adam", [&] {
    const Buffers at{flat(builder.operand(0)), flat(builder.operand(1)), flat(builder.operand(4)),
                     flat(builder.operand(5)), flat(builder.result(0)),  flat(builder.result(1)),
                     flat(builder.result(2))};
    const float* const scale = flat(builder.operand(2));
    const float* const schedule = flat(builder.operand(3));
    return [=, count = builder.result().shape.elements()] {
      const auto single = [](double value) { return static_cast<float>(value); };
      const double rate = static_cast<double>(schedule[0]) * op.group.rate;
      const Factors by{.scale = *scale,
                       .decay = op.decoupled ? 0.0F : single(op.group.weight_decay),
                       .l1 = single(op.group.l1),
                       .beta1 = single(op.beta1),
                       .rest1 = single(1 - op.beta1),
                       .beta2 = single(op.beta2),
                       .rest2 = single(1 - op.beta2),
                       .kept = op.decoupled ? single(1 - rate * op.group.weight_decay) : 1.0F,
                       .rate = single(rate / static_cast<double>(schedule[1])),
                       .second = single(1 / std::sqrt(static_cast<double>(schedule[2]))),
                       .epsilon = single(op.epsilon)};
      cpu::parallel_runs(count, kFlatRun,
                         [&](std::int64_t begin, std::int64_t end) { update(at, by, begin, end); });
    };
  });
}

}  // namespace terramask::ops
