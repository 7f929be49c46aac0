#include "bench/bench_measure.hpp"

#include <algorithm>
#include <chrono>
#include <map>

#include "learn/training_step.hpp"
#include "ops/argmax/argmax.hpp"

namespace terramask::tools {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// The same graph with one output, the class of the largest logit.
Graph with_classes_out(const Graph& network) {
  Graph graph;
  std::vector<ValueId> ids(network.values().size());
  for (ValueId id = 0; id < network.values().size(); ++id) {
    const Value& value = network.values()[id];
    if (value.role == Role::input) ids[id] = graph.add_input(value.name, value.type);
    if (value.role == Role::parameter)
      ids[id] = graph.add_parameter(value.name, value.type.shape, value.type.dtype);
  }
  for (const Node& node : network.nodes()) {
    std::vector<ValueId> operands;
    for (const ValueId operand : node.operands) operands.push_back(ids[operand]);
    const std::string& name = network.values()[node.results.front()].name;
    const std::vector<ValueId> results = graph.add(node.op, std::move(operands), name);
    for (std::size_t i = 0; i < results.size(); ++i) ids[node.results[i]] = results[i];
  }
  const ValueId logits = ids[network.outputs().front().value];
  graph.add_output("classes", graph.add1(ops::Argmax{}, {logits}, "classes"));
  return graph;
}

/// Values a normalised image might have, always the same.
void fill(std::span<float> values) {
  std::uint32_t state = 1;
  for (float& value : values) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<float>(state >> 16) / 32768.0f - 1.0f;
  }
}

/// What the profile says of each kernel, beside what the plan knows of its node.
std::vector<StepTimes> describe(const Program& program) {
  const Graph& graph = program.plan().graph;
  std::map<std::string, const Node*, std::less<>> by_result;
  for (const Node& node : graph.nodes()) by_result[graph.values()[node.results.front()].name] = &node;
  std::vector<StepTimes> steps;
  for (const KernelTime& time : program.profile()) {
    StepTimes step;
    step.kernel = time.kernel;
    step.node = time.node;
    step.flops = time.flops;
    if (const auto found = by_result.find(time.node); found != by_result.end()) {
      const Node& node = *found->second;
      step.op = node.op.name();
      step.attributes = node.op.describe();
      for (const ValueId operand : node.operands)
        if (graph.values()[operand].role != Role::parameter)
          step.operands.push_back(to_string(graph.type(operand).shape));
      step.result = to_string(graph.type(node.results.front()).shape);
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

}  // namespace

Network inference_network(const NetworkSpec& spec, std::int64_t batch, std::int64_t patch) {
  Network network;
  network.graph = with_classes_out(build_network(spec, batch, patch, patch));
  network.parameters = random_parameters(network.graph, 1);
  return optimise_for_inference(network);
}

Measurement measure(Executor& executor, const BenchCase& bench) {
  const Network network = inference_network(bench.network, bench.batch, bench.patch);
  Measurement measured;
  const auto begin = Clock::now();
  const std::unique_ptr<Program> program = executor.compile(network.graph, network.parameters);
  measured.compile_seconds = since(begin);
  measured.flops = program->plan().total_flops;
  measured.device_bytes = program->memory_bytes();
  measured.arena_bytes = program->plan().arena_bytes;
  measured.parameter_bytes = program->plan().parameter_bytes;
  measured.steps = program->plan().graph.nodes().size();
  for (std::int64_t run = -bench.warmup; run < bench.runs; ++run) {
    fill(program->input_as<float>(0, "image"));
    const auto start = Clock::now();
    program->submit(0);
    program->wait(0);
    const double seconds = since(start);
    (void)program->output(0, "classes");
    if (run < 0) continue;
    measured.seconds.push_back(seconds);
    const std::vector<KernelTime> profile = program->profile();
    if (measured.profile.empty()) measured.profile = describe(*program);
    for (std::size_t i = 0; i < std::min(profile.size(), measured.profile.size()); ++i)
      measured.profile[i].seconds.push_back(profile[i].seconds);
  }
  return measured;
}

Measurement measure_training(Executor& executor, const BenchCase& bench) {
  learn::TrainingSpec spec;
  spec.network = bench.network;
  spec.batch = bench.batch;
  spec.height = spec.width = bench.patch;
  const Parameters parameters =
      random_parameters(build_network(spec.network, spec.batch, spec.height, spec.width), 1);
  Measurement measured;
  const auto begin = Clock::now();
  learn::TrainingStep step(executor, spec, parameters);
  measured.compile_seconds = since(begin);
  const Plan &forth = step.accumulate_program().plan(), &update = step.update_program().plan();
  measured.flops = forth.total_flops + update.total_flops;
  measured.device_bytes = step.accumulate_program().memory_bytes();
  measured.arena_bytes = std::max(forth.arena_bytes, update.arena_bytes);
  measured.parameter_bytes = forth.variable_bytes + update.variable_bytes;
  measured.steps = forth.graph.nodes().size() + update.graph.nodes().size();
  const auto pixels = static_cast<std::size_t>(bench.batch * bench.patch * bench.patch);
  std::vector<float> image(pixels * static_cast<std::size_t>(bench.network.bands)), weights(pixels, 1.0F);
  std::vector<std::int32_t> labels(pixels);
  fill(image);
  for (std::size_t i = 0; i < pixels; ++i)
    labels[i] = static_cast<std::int32_t>(i * 7919 / 64 % static_cast<std::size_t>(bench.network.classes));
  for (std::int64_t run = -bench.warmup; run < bench.runs; ++run) {
    const auto start = Clock::now();
    step.accumulate({image, labels, weights}, true, {});
    step.update(1e-3, run + bench.warmup);
    (void)step.finish();
    const double seconds = since(start);
    if (run < 0) continue;
    measured.seconds.push_back(seconds);
    for (const Program* program : {&step.accumulate_program(), &step.update_program()}) {
      const std::vector<KernelTime> profile = program->profile();
      const std::vector<StepTimes> named = describe(*program);
      for (std::size_t i = 0; i < profile.size(); ++i) {
        // The first run names the steps, in both programs' order.
        const std::size_t at = i + (program == &step.update_program() ? measured.profile_split : 0);
        if (at == measured.profile.size()) measured.profile.push_back(named[i]);
        measured.profile[at].seconds.push_back(profile[i].seconds);
      }
      if (program == &step.accumulate_program()) measured.profile_split = profile.size();
    }
  }
  return measured;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace terramask::tools
