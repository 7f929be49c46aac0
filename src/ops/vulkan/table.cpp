// Every operator's Vulkan kernels.
#include "ops/vulkan/table.hpp"

#include "ops/vulkan/scratch.hpp"

namespace terramask {
namespace ops {

// Defined in each operator's vulkan.cpp.
#define TERRAMASK_OPERATOR(Type, folder) void record(const Type& op, vulkan::Recorder& recorder);
#include "ops/operators.def"
#undef TERRAMASK_OPERATOR

namespace {

using Scratch = decltype(vulkan::Kernels::scratch_bytes);

/// Null where the operator wants none.
template <class Op>
constexpr Scratch scratch() {
  if constexpr (requires(const Op& op, const Graph& graph, const Node& node, const vulkan::Traits& traits) {
                  scratch_bytes(op, graph, node, traits);
                })
    return [](const Operator& op, const Graph& graph, const Node& node, const vulkan::Traits& traits) {
      return scratch_bytes(*op.as<Op>(), graph, node, traits);
    };
  else
    return nullptr;
}

constexpr vulkan::Kernels kernels[] = {
#define TERRAMASK_OPERATOR(Type, folder)                                                                 \
  {Type::name, [](const Operator& op, vulkan::Recorder& recorder) { record(*op.as<Type>(), recorder); }, \
   scratch<Type>()},
#include "ops/operators.def"
#undef TERRAMASK_OPERATOR
};

}  // namespace

vulkan::KernelTable vulkan_kernels() {
  return kernels;
}

}  // namespace ops
}  // namespace terramask
