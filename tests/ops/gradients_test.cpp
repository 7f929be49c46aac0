// Gradients against central differences in double precision, on the reference.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "case_builders.hpp"
#include "gradient_cases.hpp"
#include "harness.hpp"
#include "terramask/differentiate.hpp"

namespace terramask::tests {
namespace {

using reference::Array;

double loss_of(const Graph& graph, ValueId loss, const Values& values) {
  return evaluate_all(graph, values)[loss].values[0];
}

void check(const GradientCase& test) {
  SCOPED_TRACE(test.name);
  auto [graph, x, z, loss] = build(test);
  const Graph forward = graph;
  const auto gradients = differentiate(graph, loss, std::vector{x});

  std::mt19937 random(11);
  Values values = draw(graph, Numbers::normal, random);
  const auto channels = static_cast<unsigned>(forward.type(z).shape.c());
  for (double& label : values.inputs.at("labels").values)
    label = static_cast<double>(random() % std::max(channels, 2U));
  for (double& weight : values.inputs.at("weights").values) weight = std::max(0.0, weight);
  if (values.inputs.contains("chances")) values.inputs.at("chances").values = some_chances(channels);
  if (values.parameters.contains("running_var"))
    for (double& variance : values.parameters.at("running_var").values) variance = 0.5 + std::abs(variance);
  if (const auto key = values.inputs.find("key"); key != values.inputs.end())
    key->second.values = {7, 8, 9, 10};

  const Array found = evaluate_all(graph, values)[gradients.at(x)];
  constexpr double step = 1e-5;
  double steepest = 0;
  for (std::size_t i = 0; i < found.values.size(); ++i) {
    Values up = values, down = values;
    up.inputs.at("x").values[i] += step;
    down.inputs.at("x").values[i] -= step;
    const double expected = (loss_of(forward, loss, up) - loss_of(forward, loss, down)) / (2 * step);
    EXPECT_NEAR(found.values[i], expected, 1e-6 * (1 + std::abs(expected))) << "element " << i;
    steepest = std::max(steepest, std::abs(expected));
  }
  EXPECT_GT(steepest, 1e-3) << "nothing depends on x";
}

TEST(Gradients, AreCentralDifferences) {
  for (const GradientCase& test : gradient_cases()) check(test);
}

}  // namespace
}  // namespace terramask::tests
