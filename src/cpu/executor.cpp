// The CPU executor: chooses layouts, plans, and compiles plans into programs.
#include <fmt/format.h>
#include <omp.h>
#include <sched.h>

#include <algorithm>
#include <fstream>

#include "core/counted.hpp"
#include "core/host_memory.hpp"
#include "cpu/instruction_set.hpp"
#include "cpu/layout.hpp"
#include "cpu/program.hpp"

namespace terramask::cpu {
namespace {

constexpr std::uint64_t kGuardBytes = 256;

// What the process may run on, which in a container is less than the machine has.
int processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(1, CPU_COUNT(&set));
  return 1;
}

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name"))
      if (const auto colon = line.find(": "); colon != std::string::npos) return line.substr(colon + 2);
  return "CPU";
}

class CpuExecutor final : public Executor {
 public:
  CpuExecutor(const ExecutorOptions& options, KernelTable table)
      : options_(options),
        table_(table),
        shared_(std::make_shared<Shared>(options.threads > 0 ? options.threads : processors())) {
    traits_.block = instruction_set() == InstructionSet::avx512 ? 16 : 8;
    traits_.winograd = instruction_set() >= InstructionSet::avx2;
    traits_.precision = options.precision;
    // The rest is the system's and that of whoever else runs here.
    if (options_.memory_limit == 0) options_.memory_limit = host_memory() / 10 * 8;
  }

  std::string device_name() const override {
    return fmt::format("{} ({}, {})", processor_name(), instruction_set_name(),
                       counted(shared_->threads, "thread"));
  }

  Plan plan(const Graph& graph, const TileGrid& grid = {}) const override {
    const ThreadsScope scope(shared_->threads);
    const std::vector<int> blocks = choose_blocks(graph, traits_.block);
    const std::vector<ImageSeams> seams = find_seams(graph, grid);
    Builder builder(graph, blocks, seams, traits_, shared_->engine);
    std::vector<std::uint64_t> scratch;
    std::uint64_t packed = 0;
    for (NodeId node = 0; node < graph.nodes().size(); ++node) {
      builder.begin(node);
      find(graph.nodes()[node].op.name()).prepare(graph.nodes()[node].op, builder);
      scratch.push_back(builder.scratch_bytes());
      packed += builder.packed_bytes();
    }
    std::uint64_t parameters = 0;
    for (const Value& value : graph.values())
      if (value.role == Role::parameter) parameters += value.type.bytes();
    PlanOptions options;
    options.alignment = 64;
    options.max_chunk_bytes = std::uint64_t{1} << 46;
    options.scratch_bytes = [&](const Graph&, NodeId id) { return scratch[id]; };
    if (options_.poison) {
      options.reuse = false;
      options.value_bytes = [](const Graph& g, ValueId id) {
        return (g.type(id).bytes() + 3) / 4 * 4 + kGuardBytes;
      };
    }
    Plan made = make_plan(graph, options);
    // Parameters are held as they came and as the primitives want them.
    made.parameter_bytes = parameters + packed;
    check_memory(made);
    return made;
  }

  std::unique_ptr<Program> compile(const Graph& graph, const Parameters& parameters,
                                   const std::shared_ptr<Variables>& variables,
                                   const TileGrid& grid) override {
    check_parameters(graph, parameters, "network");
    Plan made = plan(graph, grid);
    if (variables) variables->declare(graph);
    return std::make_unique<CpuProgram>(shared_, std::move(made), parameters,
                                        dynamic_cast<const CpuVariables*>(variables.get()), table_, traits_,
                                        options_, grid);
  }

  std::shared_ptr<Variables> make_variables() override { return std::make_shared<CpuVariables>(); }

  std::int64_t layer_tile(const Graph& graph, NodeId id) const override {
    const Node& node = graph.nodes()[id];
    const Kernels& kernels = find(node.op.name());
    return kernels.tile != nullptr ? kernels.tile(node.op, graph, node, traits_) : 1;
  }

 private:
  const Kernels& find(std::string_view name) const {
    for (const Kernels& kernels : table_)
      if (kernels.name == name) return kernels;
    throw Error(ErrorCode::unsupported, fmt::format("the CPU executor has no operator {}", name));
  }

  // The limit is for everything: what staging takes is not the plan's.
  void check_memory(const Plan& plan) const {
    std::uint64_t staging = 0;
    for (const Value& value : plan.graph.values())
      if (value.role == Role::input) staging += value.type.bytes();
    for (const Output& output : plan.graph.outputs()) staging += plan.graph.type(output.value).bytes();
    staging *= Shared::slots;
    const std::uint64_t kept = plan.parameter_bytes + plan.variable_bytes;
    const std::uint64_t needed = plan.arena_bytes + kept + staging;
    if (needed <= options_.memory_limit) return;
    const auto mib = [](std::uint64_t bytes) {
      return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
    };
    throw Error(ErrorCode::out_of_memory,
                fmt::format("the plan needs {} ({} of it weights), the limit is {}", mib(needed), mib(kept),
                            mib(options_.memory_limit)),
                "use a smaller `tile` or a larger `memory_limit`");
  }

  ExecutorOptions options_;
  KernelTable table_;
  Traits traits_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace

std::unique_ptr<Executor> open(const ExecutorOptions& options, KernelTable table) {
  return std::make_unique<CpuExecutor>(options, table);
}

DeviceInfo describe_device() {
  DeviceInfo info;
  info.id = "cpu";
  info.name = processor_name();
  info.kind = "CPU";
  const dnnl_version_t* const version = dnnl_version();
  info.driver = fmt::format("oneDNN {}.{}.{}", version->major, version->minor, version->patch);
  info.memory_bytes = host_memory();
  info.traits = fmt::format("{}, {}", instruction_set_name(), counted(processors(), "thread"));
  return info;
}

}  // namespace terramask::cpu
