#include "ops/batch_norm_gradient/batch_norm_gradient.hpp"
#include "ops/vulkan/channel_sums.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

std::uint64_t scratch_bytes(const BatchNormGradient&, const Graph& graph, const Node& node,
                            const vulkan::Traits&) {
  return channel_parts_bytes(graph.type(node.operands[0]).shape, 2);
}

void record(const BatchNormGradient& op, vulkan::Recorder& recorder) {
  using vulkan::View;
  const vulkan::Binding mean = recorder.packed(3, View::r32f), deviation = recorder.packed(4, View::r32f);
  sum_channels(recorder, ChannelTerms::products, mean, 1);
  finish_channels(recorder, op.training ? ChannelResult::gradient : ChannelResult::gradient_of_constants,
                  deviation, recorder.write(1), recorder.write(2), 0, op.epsilon);
  const Shape& shape = recorder.operand(0).shape;
  dispatch_planes(recorder, "batch_norm_gradient", {op.training ? 1u : 0u},
                  {recorder.read(0, View::r32f), recorder.read(1, View::r32f), recorder.packed(2, View::r32f),
                   mean, deviation, made(recorder, 1), made(recorder, 2)},
                  shape.c(), static_cast<float>(shape.n() * shape.h() * shape.w()), op.epsilon);
}

}  // namespace terramask::ops
