#include "gradient_cases.hpp"

#include "case_builders.hpp"

namespace terramask::tests {
namespace {

template <class Op>
GradientCase one(const Shape& shape, const Op& op) {
  return {std::string(Op::name) + " " + Operator(op).describe(), shape,
          [=](Graph& graph, ValueId x) { return graph.add(op, {x})[0]; }};
}

std::vector<GradientCase> operator_cases() {
  const Shape shape{2, 3, 5, 6};
  std::vector<GradientCase> tests;
  tests.push_back({"conv2d", shape, [](Graph& graph, ValueId x) {
                     return add_convolution(graph, x, 2, ops::Conv2d{{3, 2}, {2, 1}, {1, 0}}, true);
                   }});
  tests.push_back({"conv_transpose2d", shape, [](Graph& graph, ValueId x) {
                     return add_convolution(graph, x, 2, ops::ConvTranspose2d{{3, 2}, {2, 2}}, true);
                   }});
  tests.push_back({"batch_norm", shape, [](Graph& graph, ValueId x) {
                     std::vector<ValueId> operands{x};
                     for (const char* name : {"weight", "bias", "running_mean", "running_var"})
                       operands.push_back(graph.add_parameter(name, Shape{3}));
                     return graph.add1(ops::BatchNorm{}, operands);
                   }});
  tests.push_back({"batch_norm_training", shape, [](Graph& graph, ValueId x) {
                     std::vector<ValueId> operands{x};
                     for (const char* name : {"weight", "bias", "running_mean", "running_var"})
                       operands.push_back(graph.add_parameter(name, Shape{3}));
                     return graph.add(ops::BatchNormTraining{}, operands)[0];
                   }});
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
  return tests;
}

std::vector<GradientCase> loss_cases() {
  using Kind = ops::LossKind;
  std::vector<GradientCase> tests;
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
        tests.push_back(
            {describe(loss) + " of " + std::to_string(channels), {2, channels, 4, 5}, itself, loss});
    }
  for (const std::int64_t channels : {2, 5})
    tests.push_back({"dice of " + std::to_string(channels), {2, channels, 4, 5}, itself, {}, true});
  return tests;
}

}  // namespace

const std::vector<GradientCase>& gradient_cases() {
  static const std::vector<GradientCase> all = [] {
    std::vector<GradientCase> cases = operator_cases();
    for (GradientCase& one : loss_cases()) cases.push_back(std::move(one));
    return cases;
  }();
  return all;
}

GradientGraph build(const GradientCase& test) {
  Graph graph;
  const ValueId x = input(graph, test.shape);
  const ValueId z = test.build(graph, x);
  const Shape image = graph.type(z).shape;
  const Shape plane{image.n(), 1, image.h(), image.w()};
  const ValueId labels = graph.add_input("labels", {DType::i32, plane});
  const ValueId weights = input(graph, plane, "weights");
  std::vector<ValueId> operands{z, labels, weights};
  if (test.loss.kind == ops::LossKind::noisy_labels)
    operands.push_back(input(graph, {image.c(), image.c()}, "chances"));
  const ValueId loss = test.dice ? graph.add(ops::DiceLoss{.smooth = 0.5}, operands)[0]
                                 : graph.add1(ops::PixelLoss{test.loss}, operands);
  return {std::move(graph), x, z, loss};
}

}  // namespace terramask::tests
