#include "ops/dropout/dropout.hpp"
#include "ops/dropout/philox.hpp"
#include "ops/vulkan/copy.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const Dropout& op, vulkan::Recorder& recorder) {
  struct Push {
    PlanePush planes;
    std::int32_t channels;
    std::uint32_t threshold, layer;
    float scale;
  };
  const Shape shape = recorder.result().shape;
  if (recorder.operands() < 2) return copy_planes(recorder, 0, 0, 0, shape.n() * shape.c());
  dispatch_planes(recorder, "dropout", {},
                  {recorder.read(0, vulkan::View::r32f), recorder.read(1, vulkan::View::r32i)},
                  [&](const PlanePush& planes, const vulkan::PlaneSlice&) {
                    return Push{planes, static_cast<std::int32_t>(shape.c()), dropout_threshold(op.rate),
                                static_cast<std::uint32_t>(op.layer), dropout_scale(op.rate)};
                  });
}

}  // namespace terramask::ops
