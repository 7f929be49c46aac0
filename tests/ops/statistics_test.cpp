// What training sums over images and pixels: the reference on cases small enough to be worked out by hand,
// the gradient of batch normalisation against central differences, and sums whose parts must not be lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "harness.hpp"
#include "ops/operators.hpp"

namespace terramask::tests {
namespace {

using reference::Array;
using testing::ElementsAre;
using testing::Pointwise;

std::vector<Array> evaluate(const Operator& op, const std::vector<Array>& operands) {
  std::vector<const Array*> pointers;
  std::vector<ValueType> types;
  for (const Array& operand : operands) {
    types.push_back({DType::f32, operand.shape});
    pointers.push_back(&operand);
  }
  std::vector<Array> results;
  for (const ValueType& type : op.infer(types)) results.push_back(reference::make_array(type.shape));
  reference::evaluate(op, pointers, results);
  return results;
}

TEST(Statistics, WeightGradientByHand) {
  const Array x{{1, 1, 2, 3}, {1, 2, 3, 4, 5, 6}};
  const Array dy{{1, 1, 1, 2}, {1, 10}};
  EXPECT_THAT(evaluate(ops::Conv2dWeightGradient{.kernel = {2, 2}}, {x, dy}).front().values,
              ElementsAre(21, 32, 54, 65));
  // The padding's zeros, two images, two channels.
  const Array pair{{2, 1, 1, 1}, {2, 3}}, gradients{{2, 2, 1, 1}, {1, 10, 100, 1000}};
  const auto padded =
      evaluate(ops::Conv2dWeightGradient{.kernel = {1, 3}, .padding = {0, 1}}, {pair, gradients});
  EXPECT_EQ(padded.front().shape, (Shape{2, 1, 1, 3}));
  EXPECT_THAT(padded.front().values, ElementsAre(0, 302, 0, 0, 3020, 0));
  const Array line{{1, 1, 1, 5}, {1, 2, 3, 4, 5}};
  EXPECT_THAT(
      evaluate(ops::Conv2dWeightGradient{.kernel = {1, 2}, .stride = {1, 2}, .dilation = {1, 2}}, {line, dy})
          .front()
          .values,
      ElementsAre(31, 53));
}

TEST(Statistics, ChannelSumByHand) {
  EXPECT_THAT(evaluate(ops::ChannelSum{}, {{{2, 2, 1, 2}, {1, 2, 3, 4, 5, 6, 7, 8}}}).front().values,
              ElementsAre(14, 22));
}

TEST(Statistics, BatchNormByHand) {
  const Array x{{2, 1, 1, 2}, {1, 3, 5, 7}};
  const std::vector<Array> vectors{{{1}, {2}}, {{1}, {10}}, {{1}, {100}}, {{1}, {50}}};
  const auto made =
      evaluate(ops::BatchNormTraining{.epsilon = 4}, {x, vectors[0], vectors[1], vectors[2], vectors[3]});
  // Mean 4, biased variance 5, deviation 3, unbiased variance 20 / 3.
  EXPECT_THAT(made[0].values, Pointwise(testing::DoubleNear(1e-12), {8.0, 10 - 2.0 / 3, 10 + 2.0 / 3, 12.0}));
  EXPECT_THAT(made[1].values, ElementsAre(4));
  EXPECT_NEAR(made[2].values[0], 1.0 / 3, 1e-15);
  EXPECT_NEAR(made[3].values[0], 90.4, 1e-12);
  EXPECT_NEAR(made[4].values[0], 45 + 2.0 / 3, 1e-12);
}

double weighted(const Array& y, const Array& weights) {
  double sum = 0;
  for (std::size_t i = 0; i < y.values.size(); ++i) sum += y.values[i] * weights.values[i];
  return sum;
}

Array draw_array(const Shape& shape, std::mt19937& random) {
  Array array = reference::make_array(shape);
  std::normal_distribution<double> normal;
  for (double& value : array.values) value = normal(random);
  return array;
}

TEST(Statistics, BatchNormGradientAgreesWithDifferences) {
  std::mt19937 random(3);
  for (const bool training : {true, false}) {
    SCOPED_TRACE(training);
    std::vector<Array> operands{draw_array({2, 3, 4, 5}, random)};
    for (int i = 0; i < 4; ++i) operands.push_back(draw_array({3}, random));
    for (double& variance : operands[4].values) variance = 0.5 + variance * variance;
    const Array dy = draw_array({2, 3, 4, 5}, random);
    const auto loss = [&](const std::vector<Array>& at) {
      return training ? weighted(evaluate(ops::BatchNormTraining{.epsilon = 0.1}, at).front(), dy)
                      : weighted(evaluate(ops::BatchNorm{.epsilon = 0.1}, at).front(), dy);
    };
    const auto made = evaluate(ops::BatchNormTraining{.epsilon = 0.1}, operands);
    const auto gradients = evaluate(
        ops::BatchNormGradient{.training = training, .epsilon = 0.1},
        {operands[0], dy, operands[1], training ? made[1] : operands[3], training ? made[2] : operands[4]});
    constexpr double step = 1e-5;
    for (std::size_t operand = 0; operand < 3; ++operand)
      for (std::size_t i = 0; i < operands[operand].values.size(); ++i) {
        std::vector<Array> above = operands, below = operands;
        above[operand].values[i] += step;
        below[operand].values[i] -= step;
        EXPECT_NEAR(gradients[operand].values[i], (loss(above) - loss(below)) / (2 * step), 1e-7)
            << "operand " << operand << ", element " << i;
      }
  }
}

// Sums of many equal values: parts that were left out, counted twice or rounded away would show.
TEST(Statistics, LongSumsAreExact) {
  for (const Configuration& configuration : configurations()) {
    SCOPED_TRACE(configuration.name);
    Graph graph;
    const ValueId x = graph.add_input("x", {DType::f32, {1, 16, 520, 517}});
    const ValueId dy = graph.add_input("dy", {DType::f32, {1, 2, 520, 517}});
    graph.add_output("sum", graph.add1(ops::ChannelSum{}, {x}));
    graph.add_output("dw",
                     graph.add1(ops::Conv2dWeightGradient{.kernel = {3, 3}, .padding = {1, 1}}, {x, dy}));
    Values values;
    values.inputs.emplace("x", reference::make_array({1, 16, 520, 517}, 0.5));
    values.inputs.emplace("dy", reference::make_array({1, 2, 520, 517}, 1));
    const Arrays found = run_on(executor(configuration), graph, values);
    for (const double sum : found.at("sum").values) EXPECT_EQ(sum, 520 * 517 * 0.5);
    const double rows[] = {519, 520, 519}, columns[] = {516, 517, 516};
    const Array& dw = found.at("dw");
    for (std::size_t i = 0; i < dw.values.size(); ++i)
      EXPECT_EQ(dw.values[i], rows[i % 9 / 3] * columns[i % 3] * 0.5);
  }
}

}  // namespace
}  // namespace terramask::tests
