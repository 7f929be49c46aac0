#include "ops/accumulate/accumulate.hpp"
#include "ops/vulkan/flat.hpp"

namespace terramask::ops {

void record(const Accumulate&, vulkan::Recorder& recorder) {
  using vulkan::View;
  each_flat_slice(recorder.traits(), recorder.result().shape.elements(), kFlatGroup,
                  [&](const FlatSlice& slice, std::uint32_t groups) {
                    recorder.dispatch(
                        "accumulate", {},
                        {slice.of(recorder.read(0, View::storage)), slice.of(recorder.read(1, View::storage)),
                         recorder.read(2, View::r32f), slice.of(recorder.write())},
                        vulkan::i32(slice.count), {groups, 1, 1}, slice.first == 0);
                  });
}

}  // namespace terramask::ops
