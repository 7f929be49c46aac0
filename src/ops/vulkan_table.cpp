// Every operator's Vulkan kernels.
#include "ops/vulkan_table.hpp"

#include "ops/operators.hpp"

namespace terramask {
namespace ops {

// Defined in each operator's vulkan.cpp.
#define TERRAMASK_OPERATOR(Type, folder) void record(const Type& op, vulkan::Recorder& recorder);
#include "ops/operators.def"
#undef TERRAMASK_OPERATOR

namespace {

constexpr vulkan::Kernels kernels[] = {
#define TERRAMASK_OPERATOR(Type, folder) \
  {Type::name, [](const Operator& op, vulkan::Recorder& recorder) { record(*op.as<Type>(), recorder); }},
#include "ops/operators.def"
#undef TERRAMASK_OPERATOR
};

}  // namespace

vulkan::KernelTable vulkan_kernels() {
  return kernels;
}

}  // namespace ops
}  // namespace terramask
