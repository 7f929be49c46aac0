#include "harness.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace terramask::tests {
namespace {

using reference::Array;

std::map<std::string, std::unique_ptr<Executor>>& executors() {
  static std::map<std::string, std::unique_ptr<Executor>> opened;
  return opened;
}

// Devices are closed before the program ends, while their driver is still whole.
class CloseExecutors : public testing::Environment {
 public:
  void TearDown() override { executors().clear(); }
};
const testing::Environment* const closing = testing::AddGlobalTestEnvironment(new CloseExecutors);

std::string test_device() {
  const char* named = std::getenv("TERRAMASK_TEST_DEVICE");
  return named != nullptr && *named != '\0' ? named : "vulkan";
}

Configuration vulkan(const char* name, KernelVariant variant, Precision precision, bool poison) {
  return {name,
          {.device = test_device(),
           .variant = variant,
           .precision = precision,
           .validation = true,
           .poison = poison}};
}

#ifdef TERRAMASK_CPU
Configuration cpu(const char* name, Precision precision, bool poison) {
  return {name, {.device = "cpu", .threads = 2, .precision = precision, .poison = poison}};
}
#endif

double draw_one(const std::string& name, bool parameter, Numbers numbers, std::mt19937& random) {
  const bool variance = name.ends_with("running_var");
  if (numbers == Numbers::halves) {
    const int most = parameter ? 2 : 4;
    return std::uniform_int_distribution<int>(variance ? 1 : -most, most)(random) / 2.0;
  }
  if (variance)
    return static_cast<double>(static_cast<float>(std::uniform_real_distribution<double>(0.5, 2)(random)));
  return static_cast<double>(static_cast<float>(std::normal_distribution<double>()(random)));
}

template <class T>
void fill(std::span<std::byte> bytes, const Array& array) {
  for (std::size_t i = 0; i < array.values.size(); ++i) {
    const T value = static_cast<T>(array.values[i]);
    std::memcpy(bytes.data() + i * sizeof(T), &value, sizeof(T));
  }
}

template <class T>
Array fetch(std::span<const std::byte> bytes, const Shape& shape) {
  Array array = reference::make_array(shape);
  for (std::size_t i = 0; i < array.values.size(); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    array.values[i] = static_cast<double>(value);
  }
  return array;
}

}  // namespace

const std::vector<Configuration>& configurations() {
  static const std::vector<Configuration> all{
#ifdef TERRAMASK_VULKAN
      vulkan("vulkan_direct", KernelVariant::direct, Precision::exact, true),
      vulkan("vulkan_tiled", KernelVariant::tiled, Precision::exact, true),
      vulkan("vulkan_direct_fast", KernelVariant::direct, Precision::fast, false),
#endif
#ifdef TERRAMASK_CPU
      cpu("cpu_exact", Precision::exact, true),
      cpu("cpu_fast", Precision::fast, false),
#endif
  };
  return all;
}

const std::vector<Configuration>& sharing_configurations() {
  static const std::vector<Configuration> all{
#ifdef TERRAMASK_VULKAN
      vulkan("vulkan_direct_fast", KernelVariant::direct, Precision::fast, false),
      vulkan("vulkan_tiled_fast", KernelVariant::tiled, Precision::fast, false),
#endif
#ifdef TERRAMASK_CPU
      cpu("cpu_fast", Precision::fast, false),
#endif
  };
  return all;
}

Executor& executor(const Configuration& configuration) {
  auto& opened = executors()[configuration.name];
  if (!opened) opened = make_executor(configuration.options);
  return *opened;
}

Values draw(const Graph& graph, Numbers numbers, std::mt19937& random) {
  Values values;
  for (const Value& value : graph.values()) {
    if (value.role == Role::transient) continue;
    Array array = reference::make_array(value.type.shape);
    for (double& element : array.values)
      element = draw_one(value.name, value.role != Role::input, numbers, random);
    (value.role == Role::input ? values.inputs : values.parameters).emplace(value.name, std::move(array));
  }
  return values;
}

Values draw(const Case& test, const Graph& graph, Numbers numbers) {
  std::mt19937 random(1 + static_cast<unsigned>(numbers));
  Values values = draw(graph, numbers, random);
  if (test.adjust) test.adjust(values, random);
  for (auto& [name, array] : values.inputs)
    for (double& value : array.values) value = static_cast<double>(static_cast<float>(value));
  return values;
}

std::vector<Array> evaluate_all(const Graph& graph, const Values& values) {
  std::vector<Array> all;
  for (const Value& value : graph.values())
    all.push_back(value.role == Role::input       ? values.inputs.at(value.name)
                  : value.role != Role::transient ? values.parameters.at(value.name)
                                                  : Array{});
  for (const Node& node : graph.nodes()) {
    std::vector<const Array*> operands;
    for (const ValueId id : node.operands) operands.push_back(&all[id]);
    std::vector<Array> results;
    for (const ValueId id : node.results)
      results.push_back(
          reference::make_array(graph.type(id).shape, std::numeric_limits<double>::quiet_NaN()));
    reference::evaluate(node.op, operands, results);
    for (std::size_t i = 0; i < results.size(); ++i) all[node.results[i]] = std::move(results[i]);
  }
  return all;
}

Arrays outputs_of(const Graph& graph, const std::vector<Array>& all) {
  Arrays outputs;
  for (const Output& output : graph.outputs()) outputs.emplace(output.name, all[output.value]);
  return outputs;
}

Parameters to_parameters(const Arrays& arrays) {
  Parameters parameters;
  for (const auto& [name, array] : arrays) {
    const std::vector<float> values(array.values.begin(), array.values.end());
    parameters.emplace(name, std::make_shared<const Tensor>(array.shape, std::span<const float>(values)));
  }
  return parameters;
}

Arrays run_on(Executor& executor, const Graph& graph, const Values& values) {
  const Parameters trained = to_parameters(values.parameters);
  const auto variables = executor.make_variables();
  const auto program = executor.compile(graph, trained, variables);
  for (const Value& value : graph.values())
    if (value.role == Role::variable) variables->write(value.name, *trained.find(value.name)->second);
  for (std::size_t slot = 0; slot < program->slots(); ++slot) {
    for (const auto& [name, array] : values.inputs) {
      const auto bytes = program->input(slot, name);
      if (graph.type(graph.find(name).value()).dtype == DType::i32)
        fill<std::int32_t>(bytes, array);
      else
        fill<float>(bytes, array);
    }
    program->submit(slot);
  }
  Arrays outputs;
  for (std::size_t slot = 0; slot < program->slots(); ++slot) {
    program->wait(slot);
    for (const Output& output : graph.outputs()) {
      const ValueType& type = graph.type(output.value);
      const auto bytes = program->output(slot, output.name).first(type.bytes());
      if (slot > 0 && std::memcmp(bytes.data(), program->output(0, output.name).data(), type.bytes()) != 0)
        throw Error(ErrorCode::internal, output.name + ": two runs on the same input differ");
      outputs[output.name] =
          type.dtype == DType::i32 ? fetch<std::int32_t>(bytes, type.shape) : fetch<float>(bytes, type.shape);
    }
  }
  return outputs;
}

std::string differences(const Array& expected, const Array& found, const Array& bounds) {
  if (expected.shape != found.shape)
    return fmt::format("expected shape {}, found {}", to_string(expected.shape), to_string(found.shape));
  std::size_t count = 0, first = 0;
  double worst = 0;
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    const double e = expected.values[i], f = found.values[i];
    const bool same = e == f || (std::isnan(e) && std::isnan(f)) || std::abs(e - f) <= bounds.values[i];
    if (same) continue;
    if (count++ == 0) first = i;
    worst = std::max(worst, std::abs(e - f) / bounds.values[i]);
  }
  if (count == 0) return {};
  return fmt::format(
      "{} of {} elements of {} differ, the first at {}: expected {}, found {}, bound {}; "
      "at worst {} × the bound",
      count, expected.values.size(), to_string(expected.shape), first, expected.values[first],
      found.values[first], bounds.values[first], worst);
}

}  // namespace terramask::tests
