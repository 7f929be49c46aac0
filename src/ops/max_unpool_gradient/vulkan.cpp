#include "ops/max_unpool_gradient/max_unpool_gradient.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const MaxUnpoolGradient& op, vulkan::Recorder& recorder) {
  struct Push {
    PlanePush planes;
    std::int32_t dy_width, dy_height, pad_w, pad_h;
  };
  const Shape dy = recorder.operand(0).shape;
  const auto u32 = [](std::int64_t value) { return static_cast<std::uint32_t>(value); };
  dispatch_planes(recorder, "max_unpool_gradient",
                  {u32(op.kernel.h), u32(op.kernel.w), u32(op.stride.h), u32(op.stride.w)},
                  {recorder.read(0, vulkan::View::r32f), recorder.read(1, vulkan::View::r32i)},
                  [&](const PlanePush& planes, const vulkan::PlaneSlice&) {
                    return Push{planes, static_cast<std::int32_t>(dy.w()), static_cast<std::int32_t>(dy.h()),
                                static_cast<std::int32_t>(op.padding.w),
                                static_cast<std::int32_t>(op.padding.h)};
                  });
}

}  // namespace terramask::ops
