// The CPU kernels of all operators.
#include "ops/cpu/table.hpp"

#include "ops/cpu/convolution.hpp"
#include "ops/operators.hpp"

namespace terramask::ops {

// Defined in each operator's cpu.cpp.
#define TERRAMASK_OPERATOR(Type, folder) void prepare(const Type& op, cpu::Builder& builder);
#include "ops/operators.def"
#undef TERRAMASK_OPERATOR

namespace {

template <class Op>
std::int64_t tile(const Operator& op, const Graph& graph, const Node& node, const cpu::Traits& traits) {
  if constexpr (requires(const Op& own, const Shape& weight) { winograd_tile(own, weight, traits); })
    return winograd_tile(*op.as<Op>(), graph.type(node.operands[1]).shape, traits);
  else
    return 1;
}

constexpr cpu::Kernels kKernels[] = {
#define TERRAMASK_OPERATOR(Type, folder)                                                            \
  {Type::name, [](const Operator& op, cpu::Builder& builder) { prepare(*op.as<Type>(), builder); }, \
   tile<Type>},
#include "ops/operators.def"
#undef TERRAMASK_OPERATOR
};

}  // namespace

cpu::KernelTable cpu_kernels() {
  return kKernels;
}

}  // namespace terramask::ops
