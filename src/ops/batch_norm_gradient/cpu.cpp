#include <cmath>

#include "ops/batch_norm_gradient/batch_norm_gradient.hpp"
#include "ops/cpu/runs.hpp"

namespace terramask::ops {
namespace {

/// sums[lane] = Σ dy, products[lane] = Σ dy · (x − mean) over a run.
template <int block>
[[gnu::always_inline]] inline void run_products(const float* x, const float* dy, std::int64_t count,
                                                const float* means, double* sums, double* products) {
  constexpr int lanes = run_lanes(block);
  using Lanes = cpu::Floats<lanes>;
  Lanes mean, sum[4] = {}, product[4] = {}, pixel, gradient;
  spread<block>(means, mean);
  std::int64_t at = 0;
  for (; at + 4 * lanes <= count; at += 4 * lanes)
    for (int k = 0; k < 4; ++k) {
      std::memcpy(&pixel, x + at + k * lanes, sizeof(pixel));
      std::memcpy(&gradient, dy + at + k * lanes, sizeof(gradient));
      sum[k] += gradient;
      product[k] += gradient * (pixel - mean);
    }
  for (; at + lanes <= count; at += lanes) {
    std::memcpy(&pixel, x + at, sizeof(pixel));
    std::memcpy(&gradient, dy + at, sizeof(gradient));
    sum[0] += gradient;
    product[0] += gradient * (pixel - mean);
  }
  add_lanes<block>(sum, sums);
  add_lanes<block>(product, products);
  for (; at < count; ++at) {
    sums[0] += double{dy[at]};
    products[0] += double{dy[at]} * (double{x[at]} - double{means[0]});
  }
}

/// dx = (dy − constant − (x − mean) · slope) · scale, with one value of each per channel.
struct Coefficients {
  const float *mean, *constant, *slope, *scale;
};

template <int block>
[[gnu::always_inline]] inline void run_gradient(const float* x, const float* dy, std::int64_t count,
                                                const Coefficients& of, float* dx) {
  constexpr int lanes = run_lanes(block);
  cpu::Floats<lanes> mean, constant, slope, scale, pixel, gradient;
  spread<block>(of.mean, mean);
  spread<block>(of.constant, constant);
  spread<block>(of.slope, slope);
  spread<block>(of.scale, scale);
  std::int64_t at = 0;
  for (; at + lanes <= count; at += lanes) {
    std::memcpy(&pixel, x + at, sizeof(pixel));
    std::memcpy(&gradient, dy + at, sizeof(gradient));
    gradient = ((gradient - constant) - (pixel - mean) * slope) * scale;
    std::memcpy(dx + at, &gradient, sizeof(gradient));
  }
  for (; at < count; ++at)
    dx[at] = ((dy[at] - of.constant[0]) - (x[at] - of.mean[0]) * of.slope[0]) * of.scale[0];
}

}  // namespace

void prepare(const BatchNormGradient& op, cpu::Builder& builder) {
  const auto x = builder.operand(0), dy = builder.operand(1);
  const Runs runs(x.shape, x.block);
  const auto lanes = static_cast<std::uint64_t>(runs.count() * x.block);
  auto* const sums = static_cast<double*>(builder.scratch(lanes * sizeof(double)));
  auto* const products = static_cast<double*>(builder.scratch(lanes * sizeof(double)));
  const auto vector = [&] {
    return static_cast<float*>(builder.scratch(static_cast<std::uint64_t>(x.shape.c()) * sizeof(float)));
  };
  float *const means = vector(), *const constants = vector(), *const slopes = vector(),
               *const scales = vector();
  builder.step("batch_norm_gradient", [&] {
    const Vector weight(builder, 2), mean(builder, 3), deviation(builder, 4);
    float *const dx = builder.result().data, *const dweight = builder.result(1).data,
                 *const dbias = builder.result(2).data;
    return [=] {
      for (std::int64_t c = 0; c < runs.channels; ++c) means[c] = mean[c];
      cpu::with_block(x.block, [&](auto block) {
        cpu::parallel(runs.count(), [&](std::int64_t run) {
          const std::int64_t begin = runs.begin(run);
          cpu::vectorised([&]() __attribute__((always_inline)) {
            run_products<block>(x.data + begin, dy.data + begin, runs.length(run),
                                means + runs.first_channel(run), sums + run * block, products + run * block);
          });
        });
      });
      const auto count = static_cast<double>(x.shape.n() * x.shape.h() * x.shape.w());
      for (std::int64_t c = 0; c < runs.channels; ++c) {
        double sum = 0, product = 0;
        runs.of_channel(c, [&](std::int64_t run, std::int64_t lane) {
          sum += sums[run * x.block + lane];
          product += products[run * x.block + lane];
        });
        const double given = double{deviation[c]};
        const double inverse = op.training ? given : 1 / std::sqrt(given + op.epsilon);
        dweight[c] = static_cast<float>(product * inverse);
        dbias[c] = static_cast<float>(sum);
        // The statistics are those of the batch, or constants.
        constants[c] = op.training ? static_cast<float>(sum / count) : 0;
        slopes[c] = op.training ? static_cast<float>(product * inverse * inverse / count) : 0;
        scales[c] = static_cast<float>(double{weight[c]} * inverse);
      }
      cpu::with_block(x.block, [&](auto block) {
        cpu::parallel(runs.count(), [&](std::int64_t run) {
          const std::int64_t begin = runs.begin(run), c = runs.first_channel(run);
          const Coefficients of{means + c, constants + c, slopes + c, scales + c};
          cpu::vectorised([&]() __attribute__((always_inline)) {
            run_gradient<block>(x.data + begin, dy.data + begin, runs.length(run), of, dx + begin);
          });
        });
      });
    };
  });
}

}  // namespace terramask::ops
