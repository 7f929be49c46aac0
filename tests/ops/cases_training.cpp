// Losses, gradients and optimisers.
#include <algorithm>
#include <cmath>
#include <limits>

#include "case_builders.hpp"
#include "ops/extents.hpp"

namespace terramask::tests {
namespace {

struct Input {
  std::string name;
  Shape shape;
  DType type = DType::f32;
};

// One operator on inputs.
template <class Op>
Case on_inputs(const Op& op, const std::vector<Input>& inputs,
               std::function<void(Values&, std::mt19937&)> adjust = {}, const std::string& note = {}) {
  return {std::string(Op::name),
          fmt::format("{} of {}{}", Operator(op).describe(), to_string(inputs[0].shape), note),
          [=] {
            Graph graph;
            std::vector<ValueId> operands;
            for (const Input& one : inputs)
              operands.push_back(graph.add_input(one.name, {one.type, one.shape}));
            const auto results = graph.add(op, operands);
            for (std::size_t i = 0; i < results.size(); ++i)
              graph.add_output(fmt::format("y{}", i), results[i]);
            return graph;
          },
          std::move(adjust)};
}

void element_cases(std::vector<Case>& all) {
  for (const Shape& shape : {Shape{1, 1, 1, 1}, {2, 5, 7, 9}, {1, 16, 8, 16}, {3, 7}})
    for (const Activation& activation : {Activation{}, relu, leaky, elu, sigmoid, tanh}) {
      if (shape.rank() != 4 && activation.kind != ActivationKind::relu) continue;
      all.push_back(on_inputs(ops::ActivationGradient{activation}, {{"y", shape}, {"dy", shape}}));
    }
  for (const std::int64_t channels : {2, 5, 16, 33})
    all.push_back(
        on_inputs(ops::SoftmaxGradient{}, {{"y", {2, channels, 5, 7}}, {"dy", {2, channels, 5, 7}}}));
  for (const Shape& shape : {Shape{2, 3, 5, 7}, {2, 16, 6, 8}}) {
    const auto key = [](Values& values, std::mt19937&) {
      values.inputs.at("key").values = {-123456789, 77, 3, 1000};
    };
    for (const double rate : {0.0, 0.3, 0.5})
      all.push_back(on_inputs(ops::Dropout{rate, 2}, {{"x", shape}, {"key", {4}, DType::i32}}, key));
    all.push_back(on_inputs(ops::Dropout{}, {{"x", shape}}, {}, " without key"));
  }
}

void pool_gradient_cases(std::vector<Case>& all) {
  struct Pool {
    Extent2 kernel, stride, padding;
  };
  for (const Pool& pool : {Pool{{2, 2}, {2, 2}, {0, 0}},
                           {{3, 3}, {2, 2}, {1, 1}},
                           {{3, 2}, {1, 1}, {0, 1}},
                           {{2, 2}, {3, 4}, {0, 0}},
                           {{3, 3}, {2, 2}, {0, 0}}})
    for (const std::int64_t channels : {3, 16}) {
      const Extent2 size{11, 14};
      const auto count = [&](Axis axis, std::int64_t extent) {
        return ops::window_count(ops::window(ops::MaxPool{pool.kernel, pool.stride, pool.padding}, axis),
                                 extent);
      };
      const Shape image{2, channels, size.h, size.w},
          windows{2, channels, count(Axis::rows, size.h), count(Axis::columns, size.w)};
      const auto indices = [=](Values& values, std::mt19937& random) {
        values.inputs.at("indices") =
            draw_indices(windows, pool.kernel, pool.stride, pool.padding, size, random);
      };
      // A few windows that max_unpool ignores.
      const auto some_wrong = [=](Values& values, std::mt19937& random) {
        indices(values, random);
        auto& all_of = values.inputs.at("indices").values;
        all_of.front() = -1;
        all_of.back() = static_cast<double>(size.h * size.w);
        all_of[all_of.size() / 2] = 0;
      };
      const Input named{"indices", windows, DType::i32};
      all.push_back(on_inputs(ops::MaxUnpoolGradient{pool.kernel, pool.stride, pool.padding},
                              {{"dy", image}, named}, some_wrong));
      all.push_back(on_inputs(ops::MaxPoolGradient{pool.kernel, pool.stride, pool.padding, size},
                              {{"dy", windows}, named}, indices));
      for (const bool counts : {true, false})
        all.push_back(on_inputs(ops::AvgPoolGradient{pool.kernel, pool.stride, pool.padding, counts, size},
                                {{"dy", windows}}, {}, counts ? "" : " inside"));
    }
  for (const std::int64_t channels : {3, 16}) {
    for (const Extent2& factor : {Extent2{2, 2}, {1, 3}, {4, 5}})
      for (const auto mode : {ops::UpsampleMode::nearest, ops::UpsampleMode::bilinear})
        for (const Extent2& size : {Extent2{5, 6}, {1, 1}})
          all.push_back(on_inputs(ops::UpsampleGradient{factor, mode},
                                  {{"dy", {2, channels, size.h * factor.h, size.w * factor.w}}}));
    for (const std::int64_t begin : {0, 5, 16})
      all.push_back(on_inputs(ops::SliceGradient{begin, begin + channels + (begin == 5 ? 0 : 16)},
                              {{"dy", {2, channels, 5, 6}}}));
  }
}

std::vector<Input> labelled(const Shape& shape, const ops::PixelLossOptions& loss = {}) {
  const Shape plane{shape.n(), 1, shape.h(), shape.w()};
  std::vector<Input> inputs{{"z", shape}, {"labels", plane, DType::i32}, {"weights", plane}};
  if (loss.kind == ops::LossKind::noisy_labels) inputs.push_back({"chances", {shape.c(), shape.c()}});
  return inputs;
}

void draw_labels(Values& values, std::mt19937& random) {
  const std::int64_t channels = values.inputs.at("z").shape.c();
  std::uniform_int_distribution<std::int64_t> label(0, channels == 1 ? 1 : channels - 1);
  if (const auto chances = values.inputs.find("chances"); chances != values.inputs.end())
    chances->second.values = some_chances(channels);
  auto& weights = values.inputs.at("weights").values;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    values.inputs.at("labels").values[i] = static_cast<double>(label(random));
    weights[i] = std::max(0.0, weights[i]);
  }
}

void loss_cases(std::vector<Case>& all) {
  using Kind = ops::LossKind;
  const auto large = [](Values& values, std::mt19937& random) {
    draw_labels(values, random);
    for (double& value : values.inputs.at("z").values) value *= 40;
  };
  for (const ops::PixelLossOptions& loss : {ops::PixelLossOptions{Kind::softmax_cross_entropy},
                                            {Kind::softmax_cross_entropy, 0.1},
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
                                            {Kind::noisy_labels}}) {
    for (const Shape& shape : {Shape{2, 5, 7, 9}, {1, 2, 33, 65}, {2, 16, 4, 8}, {1, 1, 6, 5}}) {
      if (is_softmax(loss.kind) && shape.c() == 1) continue;
      all.push_back(on_inputs(ops::PixelLoss{loss}, labelled(shape, loss), draw_labels));
      all.push_back(on_inputs(ops::PixelLossGradient{loss}, labelled(shape, loss), draw_labels));
    }
    all.push_back(on_inputs(ops::PixelLoss{loss}, labelled({1, 3, 8, 8}, loss), large, " large values"));
    all.push_back(
        on_inputs(ops::PixelLossGradient{loss}, labelled({1, 3, 8, 8}, loss), large, " large values"));
  }
  for (const Shape& shape : {Shape{2, 5, 7, 9}, {1, 2, 33, 65}, {2, 16, 4, 8}}) {
    all.push_back(on_inputs(ops::DiceLoss{}, labelled(shape), draw_labels));
    all.push_back({"dice_loss_gradient", to_string(shape),
                   [=] {
                     Graph graph;
                     std::vector<ValueId> operands;
                     for (const Input& one : labelled(shape))
                       operands.push_back(graph.add_input(one.name, {one.type, one.shape}));
                     operands.push_back(graph.add_input("sums", {DType::f32, {3 * shape.c()}}));
                     operands.push_back(graph.add_input("total", {DType::f32, {2}}));
                     graph.add_output("dz", graph.add1(ops::DiceLossGradient{}, operands));
                     return graph;
                   },
                   [](Values& values, std::mt19937& random) {
                     draw_labels(values, random);
                     for (double& sum : values.inputs.at("sums").values) sum = 10 + std::abs(sum);
                     values.inputs.at("total").values = {5, 20};
                   }});
  }
}

void optimiser_cases(std::vector<Case>& all) {
  const auto schedule = [](Values& values, std::mt19937&) {
    values.inputs.at("scale").values = {0.25};
    values.inputs.at("schedule").values = {0.0625, 1 - std::pow(0.9, 3), 1 - std::pow(0.999, 3)};
    if (const auto v = values.inputs.find("v"); v != values.inputs.end())
      for (double& value : v->second.values) value = std::abs(value);
  };
  for (const Shape& shape : {Shape{1}, {70001}, {5, 3, 3, 3}, {16, 17}}) {
    for (const double keep : {0.0, 1.0})
      all.push_back(on_inputs(
          ops::Accumulate{}, {{"sum", shape}, {"x", shape}, {"keep", {1}}},
          [=](Values& values, std::mt19937&) {
            values.inputs.at("keep").values = {keep};
            if (keep == 0) values.inputs.at("sum").values[0] = std::numeric_limits<double>::quiet_NaN();
          },
          keep == 0 ? " from nothing" : " more"));
    all.push_back(on_inputs(ops::SumSquares{}, {{"x", shape}}));
    all.push_back(on_inputs(ops::SumSquares{}, {{"x", shape}, {"before", {1}}}, {}, " and more"));
    const Input p{"p", shape}, g{"g", shape}, m{"m", shape}, v{"v", shape}, scale{"scale", {1}},
        times{"schedule", {ops::kScheduleLength}};
    const ops::ParameterGroup group{.rate = 0.5, .weight_decay = 0.01, .l1 = 0.001};
    for (const ops::ParameterGroup& one : {ops::ParameterGroup{}, group}) {
      all.push_back(on_inputs(ops::Sgd{.group = one}, {p, g, scale, times}, schedule));
      for (const bool nesterov : {false, true})
        all.push_back(on_inputs(ops::Sgd{.momentum = 0.9, .nesterov = nesterov, .group = one},
                                {p, g, scale, times, m}, schedule));
      for (const bool decoupled : {false, true})
        all.push_back(
            on_inputs(ops::Adam{.decoupled = decoupled, .group = one}, {p, g, scale, times, m, v}, schedule));
    }
  }
  for (const double most : {0.0, 0.5, 1000.0})
    for (const double weight : {0.0, 12.0})
      all.push_back(on_inputs(
          ops::GradientScale{most}, {{"total", {2}}, {"squares", {1}}},
          [=](Values& values, std::mt19937&) {
            values.inputs.at("total").values = {3, weight};
            values.inputs.at("squares").values = {weight * 400};
          },
          fmt::format(" {} {}", most, weight)));
}

}  // namespace

void training_cases(std::vector<Case>& all) {
  element_cases(all);
  pool_gradient_cases(all);
  loss_cases(all);
  optimiser_cases(all);
}

}  // namespace terramask::tests
