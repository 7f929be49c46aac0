#include "ops/concat/concat.hpp"
#include "ops/vulkan/copy.hpp"

namespace terramask::ops {

void record(const Concat&, vulkan::Recorder& recorder) {
  const Shape out = recorder.result().shape;
  std::int64_t channel = 0;
  for (std::size_t i = 0; i < recorder.operands(); ++i) {
    const std::int64_t channels = recorder.operand(i).shape.c();
    for (std::int64_t image = 0; image < out.n() && !recorder.in_place(i); ++image)
      copy_planes(recorder, i, image * channels, image * out.c() + channel, channels);
    channel += channels;
  }
}

}  // namespace terramask::ops
