// The scratch that operators' Vulkan kernels want: an operator that stands here defines it in its vulkan.cpp,
// the others want none.
#pragma once

#include "ops/operators.hpp"
#include "vulkan/recorder.hpp"

namespace terramask::ops {

std::uint64_t scratch_bytes(const PixelLoss& op, const Graph& graph, const Node& node,
                            const vulkan::Traits& traits);
std::uint64_t scratch_bytes(const DiceLoss& op, const Graph& graph, const Node& node,
                            const vulkan::Traits& traits);
std::uint64_t scratch_bytes(const SumSquares& op, const Graph& graph, const Node& node,
                            const vulkan::Traits& traits);
std::uint64_t scratch_bytes(const Conv2dWeightGradient& op, const Graph& graph, const Node& node,
                            const vulkan::Traits& traits);
std::uint64_t scratch_bytes(const ChannelSum& op, const Graph& graph, const Node& node,
                            const vulkan::Traits& traits);
std::uint64_t scratch_bytes(const BatchNormTraining& op, const Graph& graph, const Node& node,
                            const vulkan::Traits& traits);
std::uint64_t scratch_bytes(const BatchNormGradient& op, const Graph& graph, const Node& node,
                            const vulkan::Traits& traits);

}  // namespace terramask::ops
