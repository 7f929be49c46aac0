// Gradients against central differences in double precision, on the reference.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "case_builders.hpp"
#include "harness.hpp"
#include "terramask/differentiate.hpp"

namespace terramask::tests {
namespace {

using reference::Array;

struct Differentiable {
  std::string name;
  Shape shape;
  std::function<ValueId(Graph&, ValueId)> build;  ///< from x to an image
  ops::PixelLossOptions loss{.kind = ops::LossKind::squared_error};
  bool dice = false;
};

double loss_of(const Graph& graph, ValueId loss, const Values& values) {
  return evaluate_all(graph, values)[loss].values[0];
}

void check(const Differentiable& test) {
  SCOPED_TRACE(test.name);
  Graph graph;
  const ValueId x = input(graph, test.shape);
  const ValueId z = test.build(graph, x);
  const Shape image = graph.type(z).shape;
  const Shape plane{image.n(), 1, image.h(), image.w()};
  const ValueId labels = graph.add_input("labels", {DType::i32, plane});
  const ValueId weights = input(graph, plane, "weights");
  std::vector<ValueId> operands{z, labels, weights};
  const bool noisy = test.loss.kind == ops::LossKind::noisy_labels;
  if (noisy) operands.push_back(input(graph, {image.c(), image.c()}, "chances"));
  const ValueId loss = test.dice ? graph.add(ops::DiceLoss{.smooth = 0.5}, operands)[0]
                                 : graph.add1(ops::PixelLoss{test.loss}, operands);
  const Graph forward = graph;
  const auto gradients = differentiate(graph, loss, std::vector{x});

  std::mt19937 random(11);
  Values values = draw(graph, Numbers::normal, random);
  for (double& label : values.inputs.at("labels").values)
    label = static_cast<double>(random() % static_cast<unsigned>(std::max<std::int64_t>(image.c(), 2)));
  for (double& weight : values.inputs.at("weights").values) weight = std::max(0.0, weight);
  if (noisy) values.inputs.at("chances").values = some_chances(image.c());
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

template <class Op>
Differentiable one(const Shape& shape, const Op& op) {
  return {std::string(Op::name) + " " + describe(op), shape,
          [=](Graph& graph, ValueId x) { return graph.add(op, {x})[0]; }};
}

TEST(Gradients, OfOperatorsAreCentralDifferences) {
  const Shape shape{2, 3, 5, 6};
  std::vector<Differentiable> tests;
  for (const Activation& activation : {relu, leaky, elu, sigmoid, tanh})
    tests.push_back(one(shape, ops::Activate{activation}));
  tests.push_back(one(shape, ops::Softmax{}));
  tests.push_back(one(shape, ops::Slice{1, 3}));
  tests.push_back(one(shape, ops::Pad{1, -1, 2, 0}));
  tests.push_back(one(shape, ops::MaxPool{.indices = true}));
  tests.push_back(one(shape, ops::MaxPool{{3, 3}, {2, 2}, {1, 1}, true}));
  tests.push_back(one(shape, ops::AvgPool{{3, 2}, {2, 1}, {1, 1}}));
  tests.push_back(one(shape, ops::AvgPool{{3, 3}, {2, 2}, {1, 1}, false}));
  tests.push_back(one(shape, ops::Upsample{{2, 3}}));
  for (const Extent2& factor : {Extent2{2, 3}, {4, 1}})
    tests.push_back(one(shape, ops::Upsample{factor, ops::UpsampleMode::bilinear}));
  tests.push_back({"dropout", shape, [](Graph& graph, ValueId x) {
                     const ValueId key = graph.add_input("key", {DType::i32, {4}});
                     return graph.add1(ops::Dropout{0.4, 1}, {x, key});
                   }});
  tests.push_back({"pool, unpool and join", {1, 2, 4, 6}, [](Graph& graph, ValueId x) {
                     const auto pooled = graph.add(ops::MaxPool{.indices = true}, {x});
                     const ValueId low = graph.add1(ops::Activate{tanh}, {pooled[0]});
                     const ValueId up = graph.add1(ops::MaxUnpool{.output = {4, 6}}, {low, pooled[1]});
                     return graph.add1(ops::Concat{}, {graph.add1(ops::Add{relu}, {up, x}), x});
                   }});
  tests.push_back({"overlapping unpool", {1, 2, 5, 7}, [](Graph& graph, ValueId x) {
                     const auto pooled = graph.add(ops::MaxPool{{3, 3}, {2, 2}, {1, 1}, true}, {x});
                     return graph.add1(ops::MaxUnpool{{3, 3}, {2, 2}, {1, 1}, {5, 7}}, pooled);
                   }});
  for (const Differentiable& test : tests) check(test);
}

TEST(Gradients, OfLossesAreCentralDifferences) {
  using Kind = ops::LossKind;
  const auto itself = [](Graph&, ValueId x) { return x; };
  for (const ops::PixelLossOptions& loss : {ops::PixelLossOptions{Kind::softmax_cross_entropy},
                                            {Kind::softmax_cross_entropy, 0.2},
                                            {Kind::sigmoid_cross_entropy},
                                            {Kind::squared_error},
                                            {Kind::hinge},
                                            {Kind::focal},
                                            {Kind::focal, 0, 0.5},
                                            {Kind::focal, 0, 0},
                                            {.kind = Kind::bootstrap_soft, .trust = 0.75},
                                            {.kind = Kind::bootstrap_soft, .trust = 0},
                                            {.kind = Kind::bootstrap_hard, .trust = 0.75},
                                            {.kind = Kind::bootstrap_hard, .trust = 0},
                                            {Kind::noisy_labels}})
    for (const std::int64_t channels : {1, 2, 5}) {
      if (channels > 1 || !is_softmax(loss.kind))
        check({describe(loss) + " of " + std::to_string(channels), {2, channels, 4, 5}, itself, loss});
    }
  for (const std::int64_t channels : {2, 5})
    check({"dice of " + std::to_string(channels), {2, channels, 4, 5}, itself, {}, true});
}

}  // namespace
}  // namespace terramask::tests
