#include "ops/adam/adam.hpp"
#include "ops/vulkan/flat.hpp"

namespace terramask::ops {

void record(const Adam& op, vulkan::Recorder& recorder) {
  using vulkan::View;
  struct Push {
    std::int32_t count;
    float rate, decay, shrink, l1, beta1, rest1, beta2, rest2, epsilon;
  };
  const auto single = [](double value) { return static_cast<float>(value); };
  each_flat_slice(
      recorder.traits(), recorder.result().shape.elements(), kFlatGroup,
      [&](const FlatSlice& slice, std::uint32_t groups) {
        const auto read = [&](std::size_t i) { return slice.of(recorder.read(i, View::storage)); };
        const auto write = [&](std::size_t i) { return slice.of(recorder.write(i)); };
        recorder.dispatch("adam", {},
                          {read(0), read(1), recorder.read(2, View::r32f), recorder.read(3, View::r32f),
                           read(4), read(5), write(0), write(1), write(2)},
                          Push{.count = static_cast<std::int32_t>(slice.count),
                               .rate = single(op.group.rate),
                               .decay = op.decoupled ? 0.0F : single(op.group.weight_decay),
                               .shrink = op.decoupled ? single(op.group.weight_decay) : 0.0F,
                               .l1 = single(op.group.l1),
                               .beta1 = single(op.beta1),
                               .rest1 = single(1 - op.beta1),
                               .beta2 = single(op.beta2),
                               .rest2 = single(1 - op.beta2),
                               .epsilon = single(op.epsilon)},
                          {groups, 1, 1}, slice.first == 0);
      });
}

}  // namespace terramask::ops
