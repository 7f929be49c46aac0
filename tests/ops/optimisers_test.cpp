// SGD, Adam and AdamW over many steps, against PyTorch's formulas in plain double precision.
#include <gtest/gtest.h>

#include <cmath>

#include "case_builders.hpp"
#include "harness.hpp"

namespace terramask::tests {
namespace {

constexpr int steps = 5;
constexpr std::size_t kCount = 37;

double sign(double value) {
  return value > 0 ? 1 : value < 0 ? -1 : 0;
}

std::vector<double> some(std::mt19937& random, double scale) {
  std::vector<double> values(kCount);
  for (double& value : values)
    value = static_cast<double>(static_cast<float>(scale * std::normal_distribution<double>()(random)));
  return values;
}

/// Parameters after some steps, each with its own gradients and learning rate.
using Step = std::function<void(int t, double rate, const std::vector<double>& g, std::vector<double>& p)>;

std::vector<double> train(const Step& step) {
  std::mt19937 random(6);
  std::vector<double> p = some(random, 1);
  p[3] = 0;
  for (int t = 1; t <= steps; ++t) step(t, 0.01 * t, some(random, 2), p);
  return p;
}

template <class Op>
std::vector<double> trained(Executor* on, const Op& op, std::size_t moments) {
  std::vector<std::vector<double>> kept(moments, std::vector<double>(kCount, 0.0));
  return train([&](int t, double rate, const std::vector<double>& g, std::vector<double>& p) {
    Graph graph;
    const Shape shape{static_cast<std::int64_t>(kCount)};
    std::vector<ValueId> operands{input(graph, shape, "p"), input(graph, shape, "g"),
                                  input(graph, {1}, "scale"), input(graph, {3}, "schedule")};
    Values values;
    values.inputs["p"] = {shape, p};
    values.inputs["g"] = {shape, g};
    values.inputs["scale"] = {{1}, {0.5}};
    values.inputs["schedule"] = {{3}, {rate, 1 - std::pow(0.9, t), 1 - std::pow(0.999, t)}};
    for (std::size_t i = 0; i < moments; ++i) {
      const std::string name = "m" + std::to_string(i);
      operands.push_back(input(graph, shape, name));
      values.inputs[name] = {shape, kept[i]};
    }
    const auto results = graph.add(op, operands);
    for (std::size_t i = 0; i < results.size(); ++i) graph.add_output("y" + std::to_string(i), results[i]);
    const Arrays found =
        on != nullptr ? run_on(*on, graph, values) : outputs_of(graph, evaluate_all(graph, values));
    p = found.at("y0").values;
    for (std::size_t i = 0; i < moments; ++i) kept[i] = found.at("y" + std::to_string(i + 1)).values;
  });
}

void check(Executor* on) {
  const double tolerance = on != nullptr ? 1e-6 : 1e-12;
  const auto compare = [&](const std::string& name, const std::vector<double>& expected,
                           const std::vector<double>& found) {
    SCOPED_TRACE(name);
    for (std::size_t i = 0; i < kCount; ++i)
      EXPECT_NEAR(found[i], expected[i], tolerance * (1 + std::abs(expected[i]))) << i;
  };
  for (const double momentum : {0.0, 0.9})
    for (const bool nesterov : {false, true})
      for (const ops::ParameterGroup& group : {ops::ParameterGroup{}, {0.5, 0.02, 0.03}}) {
        std::vector<double> m;
        // torch.optim.SGD: the first momentum buffer is the gradient itself.
        const auto expected =
            train([&](int t, double rate, const std::vector<double>& gs, std::vector<double>& p) {
              for (std::size_t i = 0; i < kCount; ++i) {
                double g = 0.5 * gs[i] + group.weight_decay * p[i] + group.l1 * sign(p[i]);
                if (momentum > 0) {
                  m.resize(kCount);
                  m[i] = t == 1 ? g : momentum * m[i] + g;
                  g = nesterov ? g + momentum * m[i] : m[i];
                }
                p[i] -= rate * group.rate * g;
              }
            });
        const ops::Sgd op{.momentum = momentum, .nesterov = nesterov, .group = group};
        compare("sgd " + describe(op), expected, trained(on, op, momentum > 0 ? 1 : 0));
      }
  for (const bool decoupled : {false, true})
    for (const ops::ParameterGroup& group : {ops::ParameterGroup{}, {0.5, 0.02, 0.03}}) {
      std::vector<double> m(kCount), v(kCount);
      // torch.optim.Adam and AdamW.
      const auto expected =
          train([&](int t, double rate, const std::vector<double>& gs, std::vector<double>& p) {
            const double lr = rate * group.rate;
            for (std::size_t i = 0; i < kCount; ++i) {
              double g = 0.5 * gs[i] + group.l1 * sign(p[i]);
              if (decoupled)
                p[i] *= 1 - lr * group.weight_decay;
              else
                g += group.weight_decay * p[i];
              m[i] += (g - m[i]) * (1 - 0.9);
              v[i] = v[i] * 0.999 + g * g * (1 - 0.999);
              const double denominator = std::sqrt(v[i]) / std::sqrt(1 - std::pow(0.999, t)) + 1e-8;
              p[i] -= lr / (1 - std::pow(0.9, t)) * m[i] / denominator;
            }
          });
      const ops::Adam op{.decoupled = decoupled, .group = group};
      compare("adam " + describe(op), expected, trained(on, op, 2));
    }
}

TEST(Optimisers, StepAsPyTorchOnTheReference) {
  check(nullptr);
}

class OptimisersOn : public testing::TestWithParam<Configuration> {};

TEST_P(OptimisersOn, StepAsPyTorch) {
  check(&executor(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Executors, OptimisersOn, testing::ValuesIn(configurations()),
                         [](const auto& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace terramask::tests
