// The table's entries for what training sums over images and pixels.
#include <algorithm>

#include "case_builders.hpp"

namespace terramask::tests {
namespace {

void weight_gradient_cases(std::vector<Case>& all) {
  using Op = ops::Conv2dWeightGradient;
  const auto add = [&](const Shape& x, std::int64_t outputs, const Op& op) {
    const auto extent = [](std::int64_t in, std::int64_t k, std::int64_t s, std::int64_t p, std::int64_t d) {
      return (in + 2 * p - d * (k - 1) - 1) / s + 1;
    };
    const Shape dy{x.n(), outputs, extent(x.h(), op.kernel.h, op.stride.h, op.padding.h, op.dilation.h),
                   extent(x.w(), op.kernel.w, op.stride.w, op.padding.w, op.dilation.w)};
    all.push_back({std::string(Op::name), fmt::format("{} of {} to {}", describe(op), to_string(x), outputs),
                   single(x, [=](Graph& graph, ValueId id) {
                     return graph.add(op, {id, input(graph, dy, "dy")});
                   })});
  };
  const Op same{.kernel = {3, 3}, .padding = {1, 1}};
  add({1, 1, 1, 1}, 1, same);
  add({1, 3, 1, 9}, 2, same);
  add({1, 2, 9, 1}, 3, same);
  for (const std::int64_t width : {2, 4, 7, 8, 31, 33, 64}) add({1, 3, 5, width}, 4, same);
  add({2, 5, 17, 19}, 7, same);
  add({3, 16, 8, 12}, 17, same);
  for (const std::int64_t channels : {1, 2, 3, 5, 8, 9, 16, 17, 33, 64}) {
    add({1, channels, 6, 9}, 5, same);
    add({1, 5, 6, 9}, channels, same);
    add({2, channels, 6, 8}, 32, same);
  }
  add({1, 64, 24, 24}, 64, same);
  add({2, 33, 20, 20}, 65, same);
  add({1, 48, 12, 20}, 80, same);
  for (const Extent2& kernel : {Extent2{1, 1}, {2, 2}, {1, 3}, {3, 1}, {5, 5}, {4, 4}, {7, 7}, {2, 5}}) {
    add({1, 3, 13, 15}, 4, {.kernel = kernel});
    add({2, 5, 12, 16}, 17, {.kernel = kernel, .padding = {kernel.h / 2, kernel.w / 2}});
    add({1, 16, 13, 11}, 16, {.kernel = kernel, .stride = {2, 2}, .padding = {kernel.h / 2, kernel.w / 2}});
  }
  add({2, 16, 16, 24}, 32, {.kernel = {2, 2}, .stride = {2, 2}});
  add({1, 33, 15, 17}, 64, {.kernel = {1, 1}, .stride = {2, 2}});
  add({1, 3, 20, 22}, 5, {.kernel = {3, 3}, .stride = {3, 3}, .padding = {1, 1}});
  add({1, 3, 14, 14}, 5, {.kernel = {2, 2}, .stride = {3, 3}});
  add({1, 4, 15, 16}, 6, {.kernel = {3, 3}, .padding = {2, 2}, .dilation = {2, 2}});
  add({1, 16, 17, 18}, 16, {.kernel = {3, 3}, .stride = {2, 1}, .padding = {2, 3}, .dilation = {2, 3}});
  add({1, 3, 7, 8}, 2, {.kernel = {3, 3}, .padding = {3, 3}});
  // Taps that meet nothing but padding.
  add({1, 2, 2, 3}, 3, {.kernel = {7, 7}, .padding = {3, 3}});
  add({1, 16, 1, 1}, 16, {.kernel = {5, 5}, .padding = {2, 2}});
  // Many terms to a sum.
  add({1, 2, 300, 310}, 3, same);
  add({2, 16, 96, 128}, 16, same);
}

std::vector<Shape> statistics_shapes() {
  return {{1, 1, 1, 2},   {1, 1, 1, 9},     {1, 3, 9, 1},   {2, 1, 1, 1},  {2, 5, 7, 9},
          {1, 17, 8, 8},  {3, 16, 5, 7},    {1, 32, 4, 20}, {2, 64, 3, 3}, {4, 33, 16, 16},
          {1, 3, 64, 70}, {1, 2, 300, 310}, {2, 16, 70, 66}};
}

// Far from zero: the variance must not come from a difference of large sums.
void shift(Values& values, std::mt19937&) {
  for (double& value : values.inputs.at("x").values) value = 1000 + value / 8;
}

void batch_norm_training_cases(std::vector<Case>& all) {
  const auto add = [&](const Shape& shape, const ops::BatchNormTraining& op, bool trained = true) {
    all.push_back({"batch_norm_training",
                   fmt::format("{} {}{}", to_string(shape), describe(op), trained ? "" : " constants"),
                   single(shape, [=](Graph& graph, ValueId x) {
                     std::vector<ValueId> operands{x};
                     for (const char* name : {"weight", "bias", "running_mean", "running_var"})
                       operands.push_back(trained ? input(graph, {shape.c()}, name)
                                                  : graph.add_parameter(name, Shape{shape.c()}));
                     return graph.add(op, operands);
                   })});
  };
  for (const Shape& shape : statistics_shapes()) add(shape, {});
  for (const Activation& activation : {relu, leaky, elu, sigmoid, tanh})
    add({1, 3, 5, 6}, {.epsilon = 1e-3, .momentum = 0.25, .activation = activation});
  add({2, 16, 5, 6}, {.activation = relu}, false);
  for (const Shape& shape : {Shape{1, 3, 40, 50}, {2, 16, 20, 20}}) {
    add(shape, {});
    all.back().name += " far from zero";
    all.back().adjust = shift;
    add(shape, {});
    all.back().name += " constant";
    all.back().adjust = [](Values& values, std::mt19937&) {
      auto& x = values.inputs.at("x").values;
      std::fill(x.begin(), x.end(), 0.3);
    };
  }
}

void batch_norm_gradient_cases(std::vector<Case>& all) {
  for (const bool training : {true, false})
    for (const bool trained : {true, false})
      for (const Shape& shape : statistics_shapes()) {
        // What runs on constants stands in frozen parts of a network, whose vectors are parameters.
        if (!trained && shape.n() > 1) continue;
        const ops::BatchNormGradient op{.training = training};
        all.push_back({"batch_norm_gradient",
                       fmt::format("{} {}{}", to_string(shape), describe(op), trained ? "" : " constants"),
                       single(shape, [=](Graph& graph, ValueId x) {
                         std::vector<ValueId> operands{x, input(graph, shape, "dy")};
                         for (const char* name : {"weight", "mean", "running_var"})
                           operands.push_back(trained ? input(graph, {shape.c()}, name)
                                                      : graph.add_parameter(name, Shape{shape.c()}));
                         return graph.add(op, operands);
                       })});
      }
}

}  // namespace

void statistics_cases(std::vector<Case>& all) {
  weight_gradient_cases(all);
  for (const Shape& shape : statistics_shapes()) all.push_back(unary(shape, ops::ChannelSum{}));
  batch_norm_training_cases(all);
  batch_norm_gradient_cases(all);
}

}  // namespace terramask::tests
