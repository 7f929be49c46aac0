// Rewritten graphs compute what the graphs before them did.
#include "terramask/passes.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "models/tiny.hpp"
#include "ops/operators.hpp"
#include "ops/reference.hpp"

namespace terramask {
namespace {

using ::testing::HasSubstr;

std::map<std::string, reference::Array> run(const Network& network,
                                            const std::map<std::string, reference::Array>& inputs) {
  std::map<std::string, reference::Array> parameters;
  for (const auto& [name, tensor] : network.parameters)
    parameters.emplace(name, reference::to_array(*tensor));
  return reference::run(make_plan(network.graph), inputs, parameters);
}

std::map<std::string, reference::Array> some_image(const Shape& shape) {
  reference::Array image = reference::make_array(shape);
  std::uint32_t state = 1;
  for (double& value : image.values) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<double>(state >> 8) / (1 << 23) - 1.0;
  }
  return {{"image", image}};
}

double largest_difference(const reference::Array& a, const reference::Array& b) {
  EXPECT_EQ(a.shape, b.shape);
  double largest = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i)
    largest = std::max(largest, std::abs(a.values[i] - b.values[i]));
  return largest;
}

double largest(const reference::Array& a) {
  double result = 0;
  for (const double value : a.values) result = std::max(result, std::abs(value));
  return result;
}

int count(const Graph& graph, std::string_view op) {
  int number = 0;
  for (const Node& node : graph.nodes()) number += node.op.name() == op ? 1 : 0;
  return number;
}

/// Makes var + epsilon 1/4 or 4.
constexpr double kExactEpsilon = 0.25;

/// The same graph with that epsilon in its batch norms.
Graph with_exact_epsilon(const Graph& graph) {
  Graph copy;
  std::vector<ValueId> copies(graph.values().size());
  for (std::size_t id = 0; id < copies.size(); ++id) {
    const Value& value = graph.values()[id];
    if (value.role == Role::input) copies[id] = copy.add_input(value.name, value.type);
    if (value.role == Role::parameter) copies[id] = copy.add_parameter(value.name, value.type.shape);
  }
  for (const Node& node : graph.nodes()) {
    std::vector<ValueId> operands;
    for (const ValueId operand : node.operands) operands.push_back(copies[operand]);
    const bool norm = node.op.as<ops::BatchNorm>() != nullptr;
    const auto results = copy.add(norm ? Operator(ops::BatchNorm{.epsilon = kExactEpsilon}) : node.op,
                                  operands, graph.values()[node.results[0]].name);
    for (std::size_t i = 0; i < results.size(); ++i) copies[node.results[i]] = results[i];
  }
  for (const Output& output : graph.outputs()) copy.add_output(output.name, copies[output.value]);
  return copy;
}

float power_of_two(std::size_t i, int lowest) {
  return std::ldexp(1.0f, lowest + static_cast<int>(i % 3));
}

/// Weights and statistics of few binary digits: with exact_epsilon, folding makes no rounding error at all.
Parameters exact_parameters(const Graph& graph) {
  Parameters parameters = random_parameters(graph, 3);
  for (auto& [name, tensor] : parameters) {
    Tensor values = *tensor;
    std::size_t i = 0;
    for (float& value : values.values<float>()) {
      const std::size_t at = i++;
      if (name.ends_with(".running_var"))
        value = at % 2 == 0 ? 0.0f : 3.75f;
      else if (values.shape().rank() == 4)
        value = std::round(value * 4096.0f) / 4096.0f;
      else if (graph.find(name.substr(0, name.rfind('.')) + ".running_var") && name.ends_with(".weight"))
        value = at % 3 == 0 ? -1.0f : power_of_two(at, -1);
      else
        value = static_cast<float>(static_cast<int>(at % 5) - 2) / 8.0f;
    }
    tensor = std::make_shared<const Tensor>(std::move(values));
  }
  return parameters;
}

const std::vector<NetworkSpec>& small_networks() {
  static const std::vector<NetworkSpec> specs = {
      {.architecture = "unet", .bands = 2, .classes = 3, .keys = {{"width", 3}, {"depth", 2}}},
      {.architecture = "unet",
       .bands = 2,
       .classes = 3,
       .keys = {{"width", 2}, {"depth", 1}, {"up", "nearest"}}},
      {.architecture = "unet",
       .bands = 2,
       .classes = 3,
       .keys = {{"width", 2}, {"depth", 2}, {"dropout", 0.25}}},
      {.architecture = "segnet", .bands = 2, .classes = 2, .keys = {{"width", 2}}},
      {.architecture = "fcn", .bands = 2, .classes = 2, .keys = {{"width", 2}, {"fc", 4}, {"skips", 2}}},
      {.architecture = "fcn", .bands = 2, .classes = 2, .keys = {{"width", 2}, {"fc", 4}, {"skips", 0}}},
  };
  return specs;
}

TEST(Passes, NetworksComputeTheSame) {
  for (const NetworkSpec& spec : small_networks()) {
    SCOPED_TRACE(spec.architecture);
    const Graph graph = with_exact_epsilon(build_network(spec, 1, 32, 64));
    const Network before{graph, exact_parameters(graph)};
    const auto image = some_image({1, 2, 32, 64});
    const auto expected = run(before, image).at("logits");
    ASSERT_GT(largest(expected), 0);
    const double tolerance = 1e-9 * std::max(1.0, largest(expected));

    const Network folded = fold_batch_norm(before);
    EXPECT_LE(largest_difference(run(folded, image).at("logits"), expected), tolerance);
    EXPECT_EQ(count(folded.graph, "batch_norm"), 0);

    const Network fused{fuse_activations(graph), before.parameters};
    EXPECT_LE(largest_difference(run(fused, image).at("logits"), expected), tolerance);
    EXPECT_EQ(count(fused.graph, "activation"), 0);

    const Network all = optimise_for_inference(before);
    EXPECT_LE(largest_difference(run(all, image).at("logits"), expected), tolerance);
    EXPECT_EQ(count(all.graph, "batch_norm") + count(all.graph, "activation"), 0);
    EXPECT_EQ(count(all.graph, "dropout"), 0);
    check_parameters(all.graph, all.parameters, "folded");
    EXPECT_EQ(all.graph.outputs().at(0).name, "logits");
    EXPECT_EQ(all.graph.values()[all.graph.outputs()[0].value].name,
              graph.values()[graph.outputs()[0].value].name);
    // Nothing is left that nobody reads.
    std::size_t read = 0;
    for (const Value& value : all.graph.values()) read += value.role == Role::parameter ? 1 : 0;
    EXPECT_EQ(all.parameters.size(), read);
  }
}

TEST(Passes, FoldingRoundsLikeSinglePrecision) {
  const Graph graph =
      build_network({.architecture = "unet", .bands = 2, .keys = {{"width", 3}, {"depth", 2}}}, 1, 16, 16);
  const Network before{graph, random_parameters(graph, 5)};
  const auto image = some_image({1, 2, 16, 16});
  const auto expected = run(before, image).at("logits");
  const auto found = run(optimise_for_inference(before), image).at("logits");
  EXPECT_LE(largest_difference(found, expected), 1e-6 * std::max(1.0, largest(expected)));
}

/// image → a 1 × 1 convolution "conv" → `then`.
struct Chain {
  Graph graph;
  ValueId conv;

  explicit Chain(bool bias = false, bool transposed = false) {
    const ValueId image = graph.add_input("image", {DType::f32, {1, 2, 4, 4}});
    std::vector<ValueId> operands{image, graph.add_parameter("conv.weight", {2, 2, 1, 1})};
    if (bias) operands.push_back(graph.add_parameter("conv.bias", {2}));
    conv = transposed ? graph.add1(ops::ConvTranspose2d{.kernel = {1, 1}, .stride = {1, 1}}, operands, "conv")
                      : graph.add1(ops::Conv2d{.kernel = {1, 1}}, operands, "conv");
  }

  ValueId norm(ValueId x, const std::string& name) {
    std::vector<ValueId> operands{x};
    for (const char* tensor : {".weight", ".bias", ".running_mean", ".running_var"})
      operands.push_back(graph.add_parameter(name + tensor, {2}));
    return graph.add1(ops::BatchNorm{.epsilon = kExactEpsilon}, operands, name);
  }
  ValueId relu(ValueId x, const std::string& name) {
    return graph.add1(ops::Activate{.activation = {.kind = ops::ActivationKind::relu}}, {x}, name);
  }
  Network network() const { return {graph, exact_parameters(graph)}; }
};

void expect_same(const Network& before, const Network& after) {
  const auto image = some_image({1, 2, 4, 4});
  const auto expected = run(before, image);
  const auto found = run(after, image);
  ASSERT_EQ(found.size(), expected.size());
  for (const auto& [name, array] : expected)
    EXPECT_LE(largest_difference(found.at(name), array), 1e-12) << name;
}

TEST(FoldBatchNorm, WithAndWithoutBiasAndTransposed) {
  for (const bool bias : {false, true})
    for (const bool transposed : {false, true}) {
      Chain chain(bias, transposed);
      chain.graph.add_output("y", chain.norm(chain.conv, "bn"));
      const Network before = chain.network();
      const Network after = fold_batch_norm(before);
      expect_same(before, after);
      EXPECT_EQ(after.graph.nodes().size(), 1u);
      EXPECT_TRUE(after.parameters.contains("conv.weight·bn"));
      EXPECT_TRUE(after.parameters.contains("conv.bias·bn"));
      EXPECT_EQ(after.parameters.size(), 2u);
      EXPECT_TRUE(after.graph.find("bn"));
    }
}

TEST(FoldBatchNorm, TwoInARowBothFold) {
  Chain chain;
  chain.graph.add_output("y", chain.norm(chain.norm(chain.conv, "first"), "second"));
  const Network before = chain.network();
  const Network once = fold_batch_norm(before);
  expect_same(before, once);
  const Network twice = fold_batch_norm(once);
  expect_same(before, twice);
  EXPECT_EQ(twice.graph.nodes().size(), 1u);
}

TEST(FoldBatchNorm, LeavesAResultThatSomebodyElseReads) {
  Chain chain;
  chain.graph.add_output("features", chain.conv);
  chain.graph.add_output("y", chain.norm(chain.conv, "bn"));
  const Network before = chain.network();
  const Network after = fold_batch_norm(before);
  EXPECT_EQ(count(after.graph, "batch_norm"), 1);
  expect_same(before, after);

  Chain two;
  two.graph.add_output("y", two.norm(two.conv, "bn"));
  two.graph.add_output("z", two.relu(two.conv, "relu"));
  EXPECT_EQ(count(fold_batch_norm(two.network()).graph, "batch_norm"), 1);
}

TEST(FoldBatchNorm, LeavesAConvolutionWithAnActivation) {
  Chain chain;
  chain.graph.add_output("y", chain.norm(chain.relu(chain.conv, "relu"), "bn"));
  const Network before{fuse_activations(chain.graph), exact_parameters(chain.graph)};
  EXPECT_EQ(count(fold_batch_norm(before).graph, "batch_norm"), 1);
}

TEST(FoldBatchNorm, SharedWeightsBecomeTwo) {
  Graph graph;
  const ValueId image = graph.add_input("image", {DType::f32, {1, 2, 4, 4}});
  const ValueId weight = graph.add_parameter("conv.weight", {2, 2, 1, 1});
  for (const std::string name : {"a", "b"}) {
    std::vector<ValueId> operands{graph.add1(ops::Conv2d{.kernel = {1, 1}}, {image, weight}, name)};
    for (const char* tensor : {".weight", ".bias", ".running_mean", ".running_var"})
      operands.push_back(graph.add_parameter(name + ".bn" + tensor, {2}));
    graph.add_output(name, graph.add1(ops::BatchNorm{.epsilon = kExactEpsilon}, operands, name + ".bn"));
  }
  Network before{graph, exact_parameters(graph)};
  before.parameters["b.bn.weight"] =
      std::make_shared<const Tensor>(Shape{2}, std::span<const float>(std::array{8.f, 16.f}));
  const Network after = fold_batch_norm(before);
  expect_same(before, after);
  EXPECT_EQ(after.parameters.size(), 4u);
}

TEST(FoldBatchNorm, AMissingParameterIsNamed) {
  Chain chain;
  chain.graph.add_output("y", chain.norm(chain.conv, "bn"));
  Network network = chain.network();
  network.parameters.erase("bn.running_var");
  const Error error = tests::error_of([&] { fold_batch_norm(network); });
  EXPECT_EQ(error.code(), ErrorCode::mismatch);
  EXPECT_THAT(error.message(), HasSubstr("bn.running_var"));
}

TEST(FuseActivations, LeavesAResultThatSomebodyElseReads) {
  Chain chain;
  chain.graph.add_output("before", chain.conv);
  chain.graph.add_output("after", chain.relu(chain.conv, "relu"));
  EXPECT_EQ(count(fuse_activations(chain.graph), "activation"), 1);
}

TEST(FuseActivations, OnlyOneActivationFits) {
  Chain chain;
  const ValueId relu = chain.relu(chain.conv, "relu");
  chain.graph.add_output(
      "y",
      chain.graph.add1(ops::Activate{.activation = {.kind = ops::ActivationKind::tanh}}, {relu}, "tanh"));
  const Network before = chain.network();
  const Network after{fuse_activations(chain.graph), before.parameters};
  EXPECT_EQ(after.graph.nodes().size(), 2u);
  expect_same(before, after);
}

TEST(FuseActivations, IntoBatchNormAndAdd) {
  Chain chain;
  const ValueId normed = chain.relu(chain.norm(chain.conv, "bn"), "relu.0");
  const ValueId sum = chain.graph.add1(ops::Add{}, {normed, normed}, "sum");
  chain.graph.add_output("y", chain.relu(sum, "relu.1"));
  const Network before = chain.network();
  const Network after{fuse_activations(chain.graph), before.parameters};
  EXPECT_EQ(count(after.graph, "activation"), 0);
  expect_same(before, after);
}

TEST(DropDropout, LeavesTheNetworkWithoutIt) {
  NetworkSpec spec{.architecture = "unet", .keys = {{"width", 2}, {"depth", 2}}};
  const Graph plain = build_network(spec, 1, 8, 8);
  spec.keys["dropout"] = 0.5;
  const Graph dropped = drop_dropout(build_network(spec, 1, 8, 8));
  ASSERT_EQ(dropped.nodes().size(), plain.nodes().size());
  for (std::size_t i = 0; i < plain.nodes().size(); ++i)
    EXPECT_EQ(dropped.values()[dropped.nodes()[i].results[0]].name,
              plain.values()[plain.nodes()[i].results[0]].name);
  // One with a key drops something, and stays; one that makes an output is its operand.
  Graph graph;
  const ValueId x = graph.add_input("x", {DType::f32, {1, 1, 2, 2}});
  const ValueId key = graph.add_input("key", {DType::i32, {4}});
  graph.add_output("y", graph.add1(ops::Dropout{}, {graph.add1(ops::Dropout{}, {x, key}, "kept")}, "gone"));
  const Graph rest = drop_dropout(graph);
  ASSERT_EQ(rest.nodes().size(), 1u);
  EXPECT_EQ(rest.values()[rest.outputs()[0].value].name, "kept");
}

TEST(Prune, DropsWhatNoOutputNeeds) {
  Chain chain;
  const ValueId kept = chain.relu(chain.conv, "relu");
  chain.norm(chain.conv, "dead");
  chain.graph.add_output("y", kept);
  const Graph pruned = prune(chain.graph);
  EXPECT_EQ(pruned.nodes().size(), 2u);
  EXPECT_FALSE(pruned.find("dead.weight"));
  EXPECT_TRUE(pruned.find("image"));
  // What only a dead node read besides can now be fused.
  EXPECT_EQ(optimise_for_inference(chain.network()).graph.nodes().size(), 1u);
}

}  // namespace
}  // namespace terramask
