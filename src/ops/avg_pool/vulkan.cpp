#include "ops/avg_pool/avg_pool.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const AvgPool& op, vulkan::Recorder& recorder) {
  const Shape in = recorder.operand(0).shape;
  std::vector<std::uint32_t> constants = window_constants(op);
  constants.push_back(op.count_include_pad ? 1 : 0);
  dispatch_planes(recorder, "avg_pool", constants, {recorder.read(0, vulkan::View::r32f)}, in.w(), in.h(),
                  op.padding.w, op.padding.h);
}

}  // namespace terramask::ops
