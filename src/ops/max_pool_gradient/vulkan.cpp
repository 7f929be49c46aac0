#include "ops/max_pool_gradient/max_pool_gradient.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const MaxPoolGradient& op, vulkan::Recorder& recorder) {
  const Shape dy = recorder.operand(0).shape;
  dispatch_planes(recorder, "max_pool_gradient", window_constants(op),
                  {recorder.read(0, vulkan::View::r32f), recorder.read(1, vulkan::View::r32i)}, dy.w(),
                  dy.h(), op.padding.w, op.padding.h);
}

}  // namespace terramask::ops
