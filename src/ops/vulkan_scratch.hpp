// The operators whose Vulkan kernels want scratch, besides ops/operators.hpp. Each is defined in its folder's
// vulkan.cpp.
#pragma once

#include "ops/operators.hpp"
#include "vulkan/recorder.hpp"

namespace terramask::ops {

#define TERRAMASK_SCRATCH(Type)                                                     \
  std::uint64_t scratch_bytes(const Type& op, const Graph& graph, const Node& node, \
                              const vulkan::Traits& traits);
TERRAMASK_SCRATCH(Conv2dWeightGradient)
TERRAMASK_SCRATCH(ChannelSum)
TERRAMASK_SCRATCH(BatchNormTraining)
TERRAMASK_SCRATCH(BatchNormGradient)
#undef TERRAMASK_SCRATCH

}  // namespace terramask::ops
