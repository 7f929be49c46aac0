#include "ops/channel_sum/channel_sum.hpp"
#include "ops/cpu/runs.hpp"

namespace terramask::ops {

void prepare(const ChannelSum&, cpu::Builder& builder) {
  const auto x = builder.operand(0);
  const Runs runs(x.shape, x.block);
  const auto sums = static_cast<double*>(
      builder.scratch(static_cast<std::uint64_t>(runs.count() * x.block) * sizeof(double)));
  builder.step("channel_sum", [&] {
    return [=, total = builder.result().data] {
      cpu::with_block(x.block, [&](auto block) {
        cpu::parallel(runs.count(), [&](std::int64_t run) {
          cpu::vectorised([&]() __attribute__((always_inline)) {
            sum_run<block>(x.data + runs.begin(run), runs.length(run), sums + run * block);
          });
        });
      });
      for (std::int64_t c = 0; c < runs.channels; ++c) {
        double sum = 0;
        runs.of_channel(c, [&](std::int64_t run, std::int64_t lane) { sum += sums[run * x.block + lane]; });
        total[c] = static_cast<float>(sum);
      }
    };
  });
}

}  // namespace terramask::ops
