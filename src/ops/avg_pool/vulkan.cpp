#include "ops/avg_pool/avg_pool.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const AvgPool& op, vulkan::Recorder& recorder) {
  struct Push {
    PlanePush planes;
    std::int32_t in_width, in_height, pad_w, pad_h;
  };
  const Shape in = recorder.operand(0).shape;
  const auto u32 = [](std::int64_t value) { return static_cast<std::uint32_t>(value); };
  dispatch_planes(
      recorder, "avg_pool",
      {u32(op.kernel.h), u32(op.kernel.w), u32(op.stride.h), u32(op.stride.w),
       op.count_include_pad ? 1u : 0u},
      {recorder.read(0, vulkan::View::r32f)}, [&](const PlanePush& planes, const vulkan::PlaneSlice&) {
        return Push{planes, static_cast<std::int32_t>(in.w()), static_cast<std::int32_t>(in.h()),
                    static_cast<std::int32_t>(op.padding.w), static_cast<std::int32_t>(op.padding.h)};
      });
}

}  // namespace terramask::ops
