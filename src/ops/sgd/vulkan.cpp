#include "ops/sgd/sgd.hpp"
#include "ops/vulkan/flat.hpp"

namespace terramask::ops {

void record(const Sgd& op, vulkan::Recorder& recorder) {
  using vulkan::View;
  const bool momentum = op.momentum > 0;
  each_flat_slice(
      recorder.traits(), recorder.result().shape.elements(), kFlatGroup,
      [&](const FlatSlice& slice, std::uint32_t groups) {
        const auto read = [&](std::size_t i) { return slice.of(recorder.read(i, View::storage)); };
        recorder.dispatch(
            "sgd", {momentum ? 1u : 0u, op.nesterov ? 1u : 0u},
            {read(0), read(1), recorder.read(2, View::r32f), recorder.read(3, View::r32f),
             read(momentum ? 4 : 0), slice.of(recorder.write(0)), slice.of(recorder.write(momentum ? 1 : 0))},
            vulkan::push_words(slice.count, op.group.rate, op.momentum, op.group.weight_decay, op.group.l1),
            {groups, 1, 1}, slice.first == 0);
      });
}

}  // namespace terramask::ops
