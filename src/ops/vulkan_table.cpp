// Every operator's Vulkan kernels, and the choice of an executor.
#include "ops/operators.hpp"
#include "vulkan/recorder.hpp"

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
}  // namespace ops

std::unique_ptr<Executor> make_executor(const ExecutorOptions& options) {
  return vulkan::open(options, ops::kernels);
}

}  // namespace terramask
