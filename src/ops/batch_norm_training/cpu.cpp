#include <cmath>

#include "ops/batch_norm_training/batch_norm_training.hpp"
#include "ops/cpu/activation.hpp"
#include "ops/cpu/runs.hpp"

namespace terramask::ops {
namespace {

/// Sum and squared deviations from the run's own mean; the run is still in the cache for the second pass.
/// Runs are combined without cancellation (Chan, Golub and LeVeque 1983).
struct Moments {
  double sum, squares;
};

template <int block>
[[gnu::always_inline]] inline void run_moments(const float* x, std::int64_t count, Moments* moments) {
  constexpr int lanes = run_lanes(block);
  using Lanes = cpu::Floats<lanes>;
  double totals[block];
  float about[block];
  sum_run<block>(x, count, totals);
  const std::int64_t pixel_count = count / block;
  const auto pixels = static_cast<double>(pixel_count);
  for (int lane = 0; lane < block; ++lane) {
    moments[lane].sum = totals[lane];
    about[lane] = static_cast<float>(totals[lane] / pixels);
  }
  Lanes mean, sums[4] = {}, value;
  spread<block>(about, mean);
  std::int64_t at = 0;
  for (; at + 4 * lanes <= count; at += 4 * lanes)
    for (int k = 0; k < 4; ++k) {
      std::memcpy(&value, x + at + k * lanes, sizeof(value));
      value -= mean;
      sums[k] += value * value;
    }
  for (; at + lanes <= count; at += lanes) {
    std::memcpy(&value, x + at, sizeof(value));
    value -= mean;
    sums[0] += value * value;
  }
  add_lanes<block>(sums, totals);
  for (; at < count; ++at) {
    const double off = double{x[at]} - double{about[0]};
    totals[0] += off * off;
  }
  for (int lane = 0; lane < block; ++lane) {
    const double rounded = moments[lane].sum / pixels - double{about[lane]};
    moments[lane].squares = totals[lane] - pixels * rounded * rounded;
  }
}

template <int block>
[[gnu::always_inline]] inline void normalise(const float* x, std::int64_t count, const float* means,
                                             const float* scales, const float* shifts, float* y) {
  constexpr int lanes = run_lanes(block);
  cpu::Floats<lanes> mean, scale, shift, value;
  spread<block>(means, mean);
  spread<block>(scales, scale);
  spread<block>(shifts, shift);
  std::int64_t at = 0;
  for (; at + lanes <= count; at += lanes) {
    std::memcpy(&value, x + at, sizeof(value));
    value = (value - mean) * scale + shift;
    std::memcpy(y + at, &value, sizeof(value));
  }
  for (; at < count; ++at) y[at] = (x[at] - means[0]) * scales[0] + shifts[0];
}

}  // namespace

void prepare(const BatchNormTraining& op, cpu::Builder& builder) {
  const auto x = builder.operand(0);
  const Runs runs(x.shape, x.block);
  auto* const moments = static_cast<Moments*>(
      builder.scratch(static_cast<std::uint64_t>(runs.count() * x.block) * sizeof(Moments)));
  const auto vector = [&] {
    return static_cast<float*>(builder.scratch(static_cast<std::uint64_t>(x.shape.c()) * sizeof(float)));
  };
  float *const scales = vector(), *const shifts = vector();
  builder.step("batch_norm_training", [&] {
    const Vector weight(builder, 1), bias(builder, 2), old_mean(builder, 3), old_variance(builder, 4);
    float *const y = builder.result().data, *const mean = builder.result(1).data,
                 *const inverse = builder.result(2).data, *const new_mean = builder.result(3).data,
                 *const new_variance = builder.result(4).data;
    return [=] {
      cpu::with_block(x.block, [&](auto block) {
        cpu::parallel(runs.count(), [&](std::int64_t run) {
          cpu::vectorised([&]() __attribute__((always_inline)) {
            run_moments<block>(x.data + runs.begin(run), runs.length(run), moments + run * block);
          });
        });
      });
      const auto count = static_cast<double>(x.shape.n() * x.shape.h() * x.shape.w());
      for (std::int64_t c = 0; c < runs.channels; ++c) {
        double sum = 0, squares = 0;
        runs.of_channel(
            c, [&](std::int64_t run, std::int64_t lane) { sum += moments[run * x.block + lane].sum; });
        const double centre = sum / count;
        runs.of_channel(c, [&](std::int64_t run, std::int64_t lane) {
          const Moments& own = moments[run * x.block + lane];
          const std::int64_t length = runs.length(run) / x.block;
          const auto pixels = static_cast<double>(length);
          const double off = own.sum / pixels - centre;
          squares += own.squares + pixels * off * off;
        });
        const double deviation = std::sqrt(squares / count + op.epsilon);
        mean[c] = static_cast<float>(centre);
        inverse[c] = static_cast<float>(1 / deviation);
        scales[c] = static_cast<float>(double{weight[c]} / deviation);
        shifts[c] = bias[c];
        const auto blend = [&](float old, double now) {
          return static_cast<float>(double{old} + op.momentum * (now - double{old}));
        };
        new_mean[c] = blend(old_mean[c], centre);
        new_variance[c] = blend(old_variance[c], squares / (count - 1));
      }
      cpu::with_block(x.block, [&](auto block) {
        cpu::parallel(runs.count(), [&](std::int64_t run) {
          const std::int64_t begin = runs.begin(run), c = runs.first_channel(run);
          cpu::vectorised([&]() __attribute__((always_inline)) {
            normalise<block>(x.data + begin, runs.length(run), mean + c, scales + c, shifts + c, y + begin);
          });
          activate_in_place(op.activation, y + begin, runs.length(run));
        });
      });
    };
  });
}

}  // namespace terramask::ops
