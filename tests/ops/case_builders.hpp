// What the table's entries are made of: graphs around one operator.
#pragma once

#include <fmt/format.h>

#include "cases.hpp"
#include "ops/operators.hpp"

namespace terramask::tests {

using ops::Activation;
using ops::ActivationKind;

inline constexpr Activation relu{ActivationKind::relu, 0};
inline constexpr Activation leaky{ActivationKind::leaky_relu, 0.5F};
inline constexpr Activation elu{ActivationKind::elu, 1};
inline constexpr Activation sigmoid{ActivationKind::sigmoid, 0};
inline constexpr Activation tanh{ActivationKind::tanh, 0};

inline ValueId input(Graph& graph, const Shape& shape, const std::string& name = "x") {
  return graph.add_input(name, {DType::f32, shape});
}

// A graph of one operator: `add` gives its results, which all become outputs.
template <class Add>
std::function<Graph()> single(const Shape& shape, Add add) {
  return [=] {
    Graph graph;
    const ValueId x = input(graph, shape);
    const std::vector<ValueId> results = add(graph, x);
    for (std::size_t i = 0; i < results.size(); ++i) graph.add_output(fmt::format("y{}", i), results[i]);
    return graph;
  };
}

template <class Op>
Case unary(const Shape& shape, const Op& op, const std::string& note = {}) {
  return {std::string(Op::name), fmt::format("{} of {}{}", Operator(op).describe(), to_string(shape), note),
          single(shape, [=](Graph& graph, ValueId x) { return graph.add(op, {x}); })};
}

template <class Conv>
ValueId add_convolution(Graph& graph, ValueId x, std::int64_t outputs, const Conv& op, bool bias,
                        const std::string& name = "conv") {
  const std::int64_t inputs = graph.type(x).shape.c();
  const bool transposed = std::is_same_v<Conv, ops::ConvTranspose2d>;
  const Shape weight = transposed ? Shape{inputs, outputs, op.kernel.h, op.kernel.w}
                                  : Shape{outputs, inputs, op.kernel.h, op.kernel.w};
  std::vector<ValueId> operands{x, graph.add_parameter(name + ".weight", weight)};
  if (bias) operands.push_back(graph.add_parameter(name + ".bias", Shape{outputs}));
  return graph.add1(op, operands, name);
}

template <class Conv>
Case convolution(const Shape& shape, std::int64_t outputs, const Conv& op, bool bias = true) {
  return {std::string(Conv::name),
          fmt::format("{} of {} to {}{}", describe(op), to_string(shape), outputs, bias ? "" : " no bias"),
          single(shape, [=](Graph& graph, ValueId x) {
            return std::vector{add_convolution(graph, x, outputs, op, bias)};
          })};
}

/// Chances of labels [C, C]: of class c a share is not on the map (class 0), class 1 is never invented.
inline std::vector<double> some_chances(std::int64_t channels) {
  std::vector<double> chances(static_cast<std::size_t>(channels * channels), 0.0);
  const auto at = [&](std::int64_t label, std::int64_t truth) -> double& {
    return chances[static_cast<std::size_t>(label * channels + truth)];
  };
  at(0, 0) = 1;
  for (std::int64_t c = 1; c < channels; ++c) {
    const double omission = 0.5 / static_cast<double>(c), commission = c == 1 ? 0 : 0.03125;
    at(0, c) = omission;
    at(c, c) = 1 - omission;
    at(c, 0) = commission;
    at(0, 0) -= commission;
  }
  return chances;
}

void conv2d_cases(std::vector<Case>& all);
void conv_transpose2d_cases(std::vector<Case>& all);
void statistics_cases(std::vector<Case>& all);
void training_cases(std::vector<Case>& all);

}  // namespace terramask::tests
