#include "ops/sgd/sgd.hpp"
#include "ops/vulkan/flat.hpp"

namespace terramask::ops {

void record(const Sgd& op, vulkan::Recorder& recorder) {
  using vulkan::View;
  struct Push {
    std::int32_t count;
    float rate, momentum, decay, l1;
  };
  const bool momentum = op.momentum > 0;
  bool first = true;
  each_flat_slice(
      recorder.traits(), recorder.result().shape.elements(), kFlatGroup,
      [&](const FlatSlice& slice, std::uint32_t groups) {
        const auto read = [&](std::size_t i) { return slice.of(recorder.read(i, View::storage)); };
        recorder.dispatch(
            "sgd", {momentum ? 1u : 0u, op.nesterov ? 1u : 0u},
            {read(0), read(1), recorder.read(2, View::r32f), recorder.read(3, View::r32f),
             read(momentum ? 4 : 0), slice.of(recorder.write(0)), slice.of(recorder.write(momentum ? 1 : 0))},
            Push{static_cast<std::int32_t>(slice.count), static_cast<float>(op.group.rate),
                 static_cast<float>(op.momentum), static_cast<float>(op.group.weight_decay),
                 static_cast<float>(op.group.l1)},
            {groups, 1, 1}, first);
        first = false;
      });
}

}  // namespace terramask::ops
