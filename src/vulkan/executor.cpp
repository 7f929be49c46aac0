// The Vulkan executor: plans for a device's limits and compiles plans into programs.
#include <algorithm>

#include "vulkan/program.hpp"

namespace terramask {
namespace vulkan {
namespace {

constexpr std::uint64_t kGuardBytes = 256;
constexpr std::uint64_t kLargestChunk = std::uint64_t{1} << 30;

class VulkanExecutor final : public Executor {
 public:
  VulkanExecutor(const ExecutorOptions& options, KernelTable table)
      : device_(std::make_shared<Device>(options)), table_(table), poison_(options.poison) {}

  std::string device_name() const override { return device_->name(); }

  Plan plan(const Graph& graph, const TileGrid& = {}) const override {
    PlanOptions options;
    options.alignment = std::max<std::uint64_t>(256, device_->traits().storage_alignment);
    options.max_chunk_bytes = std::min(device_->max_allocation(), kLargestChunk) / 256 * 256;
    options.memory_limit = memory_for_plan(graph);
    options.scratch_bytes = [this](const Graph& g, NodeId id) -> std::uint64_t {
      const Node& node = g.nodes()[id];
      const Kernels* kernels = find(node.op.name());
      return kernels != nullptr && kernels->scratch_bytes != nullptr
                 ? kernels->scratch_bytes(node.op, g, node, device_->traits())
                 : 0;
    };
    if (poison_) {
      options.reuse = false;
      options.value_bytes = [](const Graph& g, ValueId id) {
        return (g.type(id).bytes() + 15) / 16 * 16 + kGuardBytes;
      };
    }
    return make_plan(graph, options);
  }

  std::unique_ptr<Program> compile(const Graph& graph, const Parameters& parameters,
                                   const std::shared_ptr<Variables>& variables, const TileGrid&) override {
    check_parameters(graph, parameters, "network");
    Plan made = plan(graph);
    if (variables) variables->declare(graph);
    return std::make_unique<VulkanProgram>(device_, shared_, std::move(made), parameters,
                                           dynamic_cast<const VulkanVariables*>(variables.get()), table_,
                                           poison_);
  }

  std::shared_ptr<Variables> make_variables() override { return std::make_shared<VulkanVariables>(device_); }

  // Every invocation sums for its own pixels alone.
  std::int64_t layer_tile(const Graph&, NodeId) const override { return 1; }

 private:
  const Kernels* find(std::string_view name) const {
    const auto found =
        std::find_if(table_.begin(), table_.end(), [&](const Kernels& k) { return k.name == name; });
    return found == table_.end() ? nullptr : &*found;
  }

  // The limit is for everything on the device: what staging takes is not the plan's.
  std::uint64_t memory_for_plan(const Graph& graph) const {
    if (device_->memory_limit() == 0) return 0;
    std::uint64_t staging = 0;
    for (const Value& value : graph.values())
      if (value.role == Role::input) staging += value.type.bytes();
    for (const Output& output : graph.outputs()) staging += graph.type(output.value).bytes();
    staging *= Shared::slots;
    return device_->memory_limit() > staging ? device_->memory_limit() - staging : 1;
  }

  std::shared_ptr<Device> device_;
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  KernelTable table_;
  bool poison_;
};

}  // namespace

std::unique_ptr<Executor> open(const ExecutorOptions& options, KernelTable table) {
  return std::make_unique<VulkanExecutor>(options, table);
}

}  // namespace vulkan
}  // namespace terramask
