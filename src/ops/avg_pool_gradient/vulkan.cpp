#include "ops/avg_pool_gradient/avg_pool_gradient.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const AvgPoolGradient& op, vulkan::Recorder& recorder) {
  const Shape dy = recorder.operand(0).shape;
  std::vector<std::uint32_t> constants = window_constants(op);
  constants.push_back(op.count_include_pad ? 1 : 0);
  dispatch_planes(recorder, "avg_pool_gradient", constants, {recorder.read(0, vulkan::View::r32f)}, dy.w(),
                  dy.h(), op.padding.w, op.padding.h);
}

}  // namespace terramask::ops
