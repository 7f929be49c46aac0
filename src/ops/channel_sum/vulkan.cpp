#include "ops/channel_sum/channel_sum.hpp"
#include "ops/vulkan/channel_sums.hpp"

namespace terramask::ops {

std::uint64_t scratch_bytes(const ChannelSum&, const Graph& graph, const Node& node, const vulkan::Traits&) {
  return channel_parts_bytes(graph.type(node.operands[0]).shape, 1);
}

void record(const ChannelSum&, vulkan::Recorder& recorder) {
  const vulkan::Binding x = recorder.read(0, vulkan::View::r32f);
  sum_channels(recorder, ChannelTerms::values, x);
  finish_channels(recorder, ChannelResult::sum, x, recorder.write(), recorder.write());
}

}  // namespace terramask::ops
