#include "ops/cpu/flat.hpp"
#include "ops/sum_squares/sum_squares.hpp"

namespace terramask::ops {
namespace {

double squares(const float* x, std::int64_t count) {
  constexpr std::int64_t lanes = 8;
  double sums[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (std::int64_t lane = 0; lane < lanes; ++lane) {
      const auto value = static_cast<double>(x[i + lane]);
      sums[lane] += value * value;
    }
  for (; i < count; ++i) sums[0] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  double sum = 0;
  for (const double part : sums) sum += part;
  return sum;
}

}  // namespace

void prepare(const SumSquares&, cpu::Builder& builder) {
  const std::int64_t count = builder.operand_shape(0).elements(), runs = (count + kFlatRun - 1) / kFlatRun;
  auto* const sums = static_cast<double*>(builder.scratch(static_cast<std::uint64_t>(runs) * sizeof(double)));
  builder.step("sum_squares", [&] {
    const float* const x = flat(builder.operand(0));
    const float* const before = builder.operands() > 1 ? flat(builder.operand(1)) : nullptr;
    float* const y = flat(builder.result());
    return [=] {
      cpu::parallel_runs(count, kFlatRun, [&](std::int64_t begin, std::int64_t end) {
        sums[begin / kFlatRun] = squares(x + begin, end - begin);
      });
      double sum = before != nullptr ? static_cast<double>(*before) : 0;
      for (std::int64_t run = 0; run < runs; ++run) sum += sums[run];
      *y = static_cast<float>(sum);
    };
  });
}

}  // namespace terramask::ops
