#include "ops/batch_norm_training/batch_norm_training.hpp"
#include "ops/vulkan/channel_sums.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

std::uint64_t scratch_bytes(const BatchNormTraining&, const Graph& graph, const Node& node,
                            const vulkan::Traits&) {
  return channel_parts_bytes(graph.type(node.operands[0]).shape, 1);
}

void record(const BatchNormTraining& op, vulkan::Recorder& recorder) {
  using vulkan::View;
  const vulkan::Binding x = recorder.read(0, View::r32f);
  sum_channels(recorder, ChannelTerms::values, x);
  finish_channels(recorder, ChannelResult::mean, recorder.packed(3, View::r32f), recorder.write(1),
                  recorder.write(3), op.momentum);
  sum_channels(recorder, ChannelTerms::squares, made(recorder, 1));
  finish_channels(recorder, ChannelResult::variance, recorder.packed(4, View::r32f), recorder.write(2),
                  recorder.write(4), op.momentum, op.epsilon);
  dispatch_planes(recorder, "batch_norm", {static_cast<std::uint32_t>(op.activation.kind), 1},
                  {x, recorder.packed(1, View::r32f), recorder.packed(2, View::r32f), made(recorder, 1),
                   made(recorder, 2)},
                  recorder.result().shape.c(), op.activation.alpha, op.epsilon);
}

}  // namespace terramask::ops
