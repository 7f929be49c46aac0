#include "train/shapes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/host_memory.hpp"
#include "geo/base/disk_space.hpp"
#include "learn/training_graphs.hpp"

namespace terramask::train {
namespace {

constexpr double kMostMeasuredGflop = 200;  // takes seconds on two cores
constexpr std::int64_t kFewestChannels = 8;

void add_staging(const Plan& plan, TrainEstimate& found) {
  constexpr std::uint64_t slots = 2;
  for (const Value& value : plan.graph.values())
    if (value.role == Role::input) found.device_bytes += slots * value.type.bytes();
  for (const Output& output : plan.graph.outputs())
    found.device_bytes += slots * plan.graph.type(output.value).bytes();
}

double flops_of(const Graph& graph) {
  double sum = 0;
  for (const Node& node : graph.nodes()) {
    std::vector<ValueType> operands, results;
    for (const ValueId id : node.operands) operands.push_back(graph.type(id));
    for (const ValueId id : node.results) results.push_back(graph.type(id));
    sum += node.op.flops(operands, results);
  }
  return sum;
}

double step_gflop(const learn::TrainingGraphs& graphs, std::int64_t accumulate) {
  return 1e-9 * (flops_of(graphs.accumulate) * static_cast<double>(accumulate) + flops_of(graphs.update));
}

}  // namespace

TrainEstimate shape_estimate(const Executor& executor, const learn::TrainingSpec& spec,
                             std::int64_t accumulate) {
  TrainEstimate found;
  const Graph network = build_network(spec.network, 1, spec.height, spec.width);
  for (const Value& value : network.values())
    if (value.role == Role::parameter)
      found.parameter_count += static_cast<std::uint64_t>(value.type.shape.elements());
  const learn::TrainingGraphs graphs = learn::make_training_graphs(spec);
  found.gflop_per_step = step_gflop(graphs, accumulate);
  std::map<std::string, std::uint64_t> variables;
  std::uint64_t arena = 0;
  for (const Graph* graph : {&graphs.accumulate, &graphs.update}) {
    const Plan plan = executor.plan(*graph);
    arena = std::max(arena, plan.arena_bytes);  // the programs share it
    found.device_bytes += plan.parameter_bytes;
    for (const Value& value : graph->values())
      if (value.role == Role::variable) variables[value.name] = value.type.bytes();
    add_staging(plan, found);
  }
  found.device_bytes += arena;
  for (const auto& [name, bytes] : variables) found.device_bytes += bytes;
  // A copy for saving (parameters and moments), and one for validation.
  found.host_bytes = 4 * 4 * found.parameter_count;
  return found;
}

void check_memory(const Executor& executor, const ExecutorOptions& options, const TrainEstimate& estimate) {
  std::uint64_t limit = options.memory_limit;
  bool on_host = true;
  for (const DeviceInfo& device : options.device == "cpu" ? std::vector<DeviceInfo>{} : list_devices())
    if (device.id != "cpu" && executor.device_name().find(device.name) != std::string::npos) {
      on_host = device.kind == "CPU";
      if (limit == 0 && !on_host) limit = device.memory_bytes / 10 * 9;
    }
  const auto refuse = [&](std::uint64_t needed, const std::string& of, std::uint64_t there) {
    if (there == 0 || needed <= there) return;
    throw Error(ErrorCode::out_of_memory,
                fmt::format("training {} parameters takes {}, {} {}", estimate.parameter_count,
                            geo::bytes_text(needed), of, geo::bytes_text(there)));
  };
  refuse(estimate.device_bytes, options.memory_limit > 0 ? "the limit is" : "the device has", limit);
  refuse((on_host ? estimate.device_bytes : 0) + estimate.host_bytes, "the machine has",
         host_memory() / 10 * 9);
}

learn::TrainingSpec narrowed(const learn::TrainingSpec& spec) {
  learn::TrainingSpec less = spec;
  while (step_gflop(learn::make_training_graphs(less), 1) > kMostMeasuredGflop) {
    const learn::TrainingSpec before = less;
    for (const NetworkKey& key : network_keys(less.network.architecture)) {
      if (!key.channels) continue;
      const std::int64_t channels = less.network.whole(key.name);
      less.network.keys[std::string(key.name)] = std::max(std::min(kFewestChannels, channels), channels / 2);
    }
    if (less.network == before.network) break;
  }
  return less;
}

}  // namespace terramask::train
