// The Vulkan kernels of all operators.
#include "ops/vulkan/table.hpp"

#include "ops/operators.hpp"

namespace terramask {
namespace ops {

// Defined in each operator's vulkan.cpp; scratch only for operators with `vulkan_scratch`.
#define TERRAMASK_OPERATOR(Type, folder)                   \
  void record(const Type& op, vulkan::Recorder& recorder); \
  std::uint64_t scratch_bytes(const Type&, const Graph&, const Node&, const vulkan::Traits&);
#include "ops/operators.def"
#undef TERRAMASK_OPERATOR

namespace {

using Scratch = decltype(vulkan::Kernels::scratch_bytes);

/// Null if the operator has none.
template <class Op>
constexpr Scratch scratch() {
  if constexpr (requires { Op::vulkan_scratch; })
    return [](const Operator& op, const Graph& graph, const Node& node, const vulkan::Traits& traits) {
      return scratch_bytes(*op.as<Op>(), graph, node, traits);
    };
  else
    return nullptr;
}

constexpr vulkan::Kernels kKernels[] = {
#define TERRAMASK_OPERATOR(Type, folder)                                                                 \
  {Type::name, [](const Operator& op, vulkan::Recorder& recorder) { record(*op.as<Type>(), recorder); }, \
   scratch<Type>()},
#include "ops/operators.def"
#undef TERRAMASK_OPERATOR
};

}  // namespace

vulkan::KernelTable vulkan_kernels() {
  return kKernels;
}

}  // namespace ops
}  // namespace terramask
