// Variables: what a run leaves, the next one finds; kernels see them as they see parameters.
#include <gtest/gtest.h>

#include <algorithm>

#include "harness.hpp"
#include "ops/operators.hpp"

namespace terramask {
namespace {

using tests::Configuration;

constexpr std::int64_t in = 16, out = 32, side = 12;

struct Parts {
  Graph graph;
  ValueId sum = 0;
};

// y = conv(x, weight); sum += y.
Parts network(bool variable) {
  Parts parts;
  Graph& graph = parts.graph;
  const ValueId x = graph.add_input("x", {DType::f32, Shape{1, in, side, side}});
  const Shape shape{out, in, 3, 3};
  const ValueId weight =
      variable ? graph.add_variable("weight", shape) : graph.add_parameter("weight", shape);
  const ValueId y = graph.add1(ops::Conv2d{.kernel = {3, 3}, .padding = {1, 1}}, {x, weight}, "y");
  graph.add_output("y", y);
  if (variable) {
    const ValueId sum = graph.add_variable("sum", Shape{1, out, side, side});
    parts.sum = graph.add1(ops::Add{}, {sum, y}, "sum'");
    graph.assign(sum, parts.sum);
    graph.add_output("sum", parts.sum);
  }
  return parts;
}

std::vector<float> numbers(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(static_cast<int>(random() % 9) - 4) / 2;
  return values;
}

Tensor weights(std::uint32_t seed) {
  const auto values = numbers(out * in * 9, seed);
  return {Shape{out, in, 3, 3}, std::span<const float>(values)};
}

std::vector<float> run(Program& program, const char* output) {
  const auto x = numbers(in * side * side, 1);
  std::ranges::copy(x, program.input_as<float>(0, "x").begin());
  program.submit(0);
  program.wait(0);
  const auto found = program.output_as<float>(0, output);
  return {found.begin(), found.end()};
}

class Variables : public testing::TestWithParam<Configuration> {};

TEST_P(Variables, KernelsSeeThemAsParameters) {
  Executor& executor = tests::executor(GetParam());
  const auto variables = executor.make_variables();
  const auto program = executor.compile(network(true).graph, {}, variables);
  for (const std::uint32_t seed : {5U, 6U}) {
    variables->write("weight", weights(seed));
    const Parameters parameters{{"weight", std::make_shared<const Tensor>(weights(seed))}};
    const auto plain = executor.compile(network(false).graph, parameters);
    EXPECT_EQ(run(*program, "y"), run(*plain, "y")) << "seed " << seed;
  }
}

TEST_P(Variables, HoldWhatWasAssigned) {
  Executor& executor = tests::executor(GetParam());
  const auto variables = executor.make_variables();
  const auto program = executor.compile(network(true).graph, {}, variables);
  variables->write("weight", weights(7));
  const std::vector<float> y = run(*program, "y");
  (void)run(*program, "y");
  std::vector<float> thrice(y);
  for (float& value : thrice) value *= 3;
  EXPECT_EQ(run(*program, "sum"), thrice);
  const Tensor sum = variables->read("sum");
  EXPECT_TRUE(std::ranges::equal(sum.values<float>(), thrice));

  // Another program finds them where this one left them.
  const auto other = executor.compile(network(true).graph, {}, variables);
  for (float& value : thrice) value *= 4.0F / 3;
  EXPECT_EQ(run(*other, "sum"), thrice);
}

TEST_P(Variables, AreChecked) {
  Executor& executor = tests::executor(GetParam());
  const auto variables = executor.make_variables();
  variables->declare(network(true).graph);
  EXPECT_EQ(variables->names(), (std::vector<std::string>{"sum", "weight"}));
  EXPECT_THROW(variables->write("weight", Tensor(Shape{out, in, 3, 4}, DType::f32)), Error);
  EXPECT_THROW((void)variables->read("wait"), Error);
}

INSTANTIATE_TEST_SUITE_P(Executors, Variables, testing::ValuesIn(tests::configurations()),
                         [](const auto& about) { return about.param.name; });

TEST(Assign, RefusesWhatWouldBeReadAfterItWasLost) {
  Graph graph;
  const ValueId v = graph.add_variable("v", Shape{1, 1, 4, 4});
  const ValueId once = graph.add1(ops::Add{}, {v, v});
  const ValueId pooled = graph.add1(ops::MaxPool{.kernel = {1, 1}, .stride = {1, 1}}, {v});
  EXPECT_THROW(graph.assign(v, once), Error);    // the pool reads it later
  EXPECT_THROW(graph.assign(v, pooled), Error);  // and does not update in place
  const ValueId last = graph.add1(ops::Add{}, {v, v});
  graph.assign(v, last);
  EXPECT_THROW(graph.assign(v, last), Error);
  EXPECT_THROW((void)graph.add1(ops::Add{}, {v, v}), Error);
}

TEST(Assign, RunsOnTheReference) {
  const Parts parts = network(true);
  const Plan plan = make_plan(parts.graph);
  EXPECT_FALSE(plan.places[parts.sum]);
  EXPECT_EQ(plan.variable_bytes, 4U * (out * in * 9 + out * side * side));
  const auto x = numbers(in * side * side, 1);
  std::map<std::string, reference::Array> variables{
      {"weight", reference::to_array(weights(7))},
      {"sum", reference::make_array(Shape{1, out, side, side}, 2)}};
  const std::map<std::string, reference::Array> inputs{
      {"x", reference::to_array(Tensor(Shape{1, in, side, side}, std::span<const float>(x)))}};
  auto outputs = reference::run(plan, inputs, {}, variables);
  for (std::size_t i = 0; i < outputs.at("y").values.size(); ++i)
    ASSERT_EQ(variables.at("sum").values[i], outputs.at("y").values[i] + 2);
}

}  // namespace
}  // namespace terramask
