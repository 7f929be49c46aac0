#include "cases.hpp"

#include <algorithm>
#include <limits>

#include "case_builders.hpp"

namespace terramask::tests {
namespace {

// NaNs here and there, several in one window now and then.
void sprinkle_nans(Values& values, std::mt19937& random) {
  std::bernoulli_distribution chosen(0.1);
  for (double& value : values.inputs.at("x").values)
    if (chosen(random)) value = std::numeric_limits<double>::quiet_NaN();
}

void max_pool_cases(std::vector<Case>& all) {
  struct Pool {
    Shape shape;
    Extent2 kernel, stride, padding;
  };
  const std::vector<Pool> pools{
      {{1, 1, 2, 2}, {2, 2}, {2, 2}, {0, 0}},   {{1, 3, 1, 8}, {1, 2}, {1, 2}, {0, 0}},
      {{2, 5, 17, 19}, {2, 2}, {2, 2}, {0, 0}}, {{1, 16, 16, 16}, {2, 2}, {2, 2}, {0, 0}},
      {{3, 17, 8, 24}, {2, 2}, {2, 2}, {0, 0}}, {{1, 3, 13, 16}, {3, 3}, {2, 2}, {1, 1}},
      {{1, 3, 16, 13}, {3, 3}, {1, 1}, {1, 1}}, {{1, 2, 15, 16}, {3, 3}, {3, 3}, {0, 0}},
      {{1, 2, 11, 12}, {2, 2}, {1, 1}, {1, 1}}, {{1, 2, 12, 12}, {2, 2}, {3, 3}, {0, 0}},
      {{1, 2, 20, 21}, {5, 5}, {2, 2}, {2, 2}}, {{1, 1, 9, 30}, {7, 7}, {4, 4}, {3, 3}},
      {{1, 33, 6, 10}, {3, 2}, {2, 3}, {1, 0}}, {{1, 4, 7, 9}, {1, 1}, {1, 1}, {0, 0}},
      {{1, 4, 7, 9}, {1, 1}, {2, 2}, {0, 0}},   {{1, 2, 1, 1}, {3, 3}, {2, 2}, {1, 1}},
      {{1, 2, 8, 64}, {2, 4}, {2, 4}, {0, 0}},
  };
  for (const Pool& p : pools)
    for (const bool indices : {false, true})
      all.push_back(
          unary(p.shape, ops::MaxPool{p.kernel, p.stride, p.padding, indices}, indices ? "" : " alone"));
  for (const Extent2& kernel : {Extent2{2, 2}, {3, 3}}) {
    Case nan =
        unary({1, 3, 12, 16}, ops::MaxPool{kernel, {2, 2}, {kernel.h / 2, kernel.w / 2}, true}, " NaN");
    nan.adjust = sprinkle_nans;
    all.push_back(nan);
  }
  Case lowest = unary({1, 1, 6, 6}, ops::MaxPool{{3, 3}, {2, 2}, {1, 1}, true}, " all −infinity");
  lowest.adjust = [](Values& values, std::mt19937&) {
    auto& x = values.inputs.at("x").values;
    std::fill(x.begin(), x.end(), -std::numeric_limits<double>::infinity());
  };
  all.push_back(lowest);
}

void max_unpool_cases(std::vector<Case>& all) {
  struct Unpool {
    Shape shape;
    ops::MaxUnpool op;
  };
  const std::vector<Unpool> unpools{
      {{1, 1, 1, 1}, {.output = {2, 2}}},
      {{1, 3, 1, 5}, {.kernel = {1, 2}, .stride = {1, 2}, .output = {1, 11}}},
      {{2, 5, 8, 9}, {.output = {17, 19}}},
      {{1, 17, 8, 8}, {.output = {16, 16}}},
      {{1, 3, 5, 6}, {.kernel = {3, 3}, .stride = {3, 3}, .output = {17, 18}}},
      {{1, 3, 5, 6}, {.kernel = {3, 3}, .padding = {1, 1}, .output = {10, 11}}},
      {{1, 3, 7, 6}, {.kernel = {3, 3}, .stride = {1, 1}, .padding = {1, 1}, .output = {7, 6}}},
      {{1, 2, 4, 5}, {.kernel = {2, 2}, .stride = {3, 3}, .output = {12, 14}}},
      {{1, 2, 6, 4}, {.kernel = {3, 2}, .stride = {2, 3}, .padding = {1, 0}, .output = {11, 13}}},
  };
  for (const Unpool& u : unpools)
    for (const bool valid : {true, false}) {
      Case one{"max_unpool",
               fmt::format("{} of {}{}", describe(u.op), to_string(u.shape), valid ? "" : " strange indices"),
               single(u.shape, [=](Graph& graph, ValueId x) {
                 return graph.add(u.op, {x, graph.add_input("indices", {DType::i32, u.shape})});
               })};
      one.adjust = [=](Values& values, std::mt19937& random) {
        auto& indices = values.inputs.at("indices");
        indices = draw_indices(u.shape, u.op.kernel, u.op.stride, u.op.padding, u.op.output, random);
        if (valid) return;
        // Below, above and within the plane, though mostly outside the window.
        std::uniform_int_distribution<std::int64_t> any(-2, u.op.output.h * u.op.output.w + 2);
        for (std::size_t i = 0; i < indices.values.size(); i += 2)
          indices.values[i] = static_cast<double>(any(random));
      };
      all.push_back(one);
    }
}

void resampling_cases(std::vector<Case>& all) {
  for (const bool counted : {true, false}) {
    all.push_back(unary({2, 5, 17, 19}, ops::AvgPool{.count_include_pad = counted}));
    all.push_back(unary({1, 3, 8, 12}, ops::AvgPool{{4, 4}, {4, 4}, {0, 0}, counted}));
    all.push_back(unary({1, 3, 13, 16}, ops::AvgPool{{3, 3}, {2, 2}, {1, 1}, counted}));
    all.push_back(unary({1, 16, 7, 5}, ops::AvgPool{{3, 2}, {1, 3}, {1, 1}, counted}));
    all.push_back(unary({1, 33, 6, 7}, ops::AvgPool{{6, 7}, {6, 7}, {0, 0}, counted}));
    all.push_back(unary({1, 1, 1, 1}, ops::AvgPool{{3, 3}, {1, 1}, {1, 1}, counted}));
    all.push_back(unary({1, 2, 1, 9}, ops::AvgPool{{1, 1}, {1, 2}, {0, 0}, counted}));
  }
  for (const ops::UpsampleMode mode : {ops::UpsampleMode::nearest, ops::UpsampleMode::bilinear})
    for (const Extent2& factor : {Extent2{1, 1}, {2, 2}, {3, 3}, {4, 4}, {1, 2}, {5, 1}, {8, 8}})
      for (const Shape& shape : {Shape{1, 1, 1, 1}, {1, 3, 1, 6}, {2, 5, 7, 9}, {1, 17, 4, 8}})
        all.push_back(unary(shape, ops::Upsample{factor, mode}));
}

void channel_cases(std::vector<Case>& all) {
  const std::vector<std::pair<Shape, std::vector<std::int64_t>>> joins{
      {{1, 3, 5, 7}, {}},      {{1, 1, 1, 1}, {1}},      {{1, 3, 5, 7}, {2}},      {{2, 16, 8, 8}, {16}},
      {{3, 5, 6, 9}, {1, 17}}, {{1, 64, 4, 4}, {33, 2}}, {{2, 1, 9, 3}, {2, 3, 5}}};
  for (const auto& join : joins)
    all.push_back({"concat", fmt::format("{} and {} more", to_string(join.first), join.second.size()),
                   single(join.first, [join](Graph& graph, ValueId x) {
                     const Shape& shape = join.first;
                     std::vector<ValueId> parts{x};
                     for (const std::int64_t c : join.second)
                       parts.push_back(input(graph, {shape.n(), c, shape.h(), shape.w()},
                                             fmt::format("x{}", parts.size())));
                     return graph.add(ops::Concat{}, parts);
                   })});
  all.push_back({"concat", "one image twice", single({2, 3, 4, 5}, [](Graph& graph, ValueId x) {
                   return graph.add(ops::Concat{}, {x, x});
                 })});
  all.push_back(unary({1, 1, 1, 1}, ops::Slice{0, 1}));
  all.push_back(unary({2, 5, 7, 3}, ops::Slice{1, 3}));
  all.push_back(unary({3, 17, 8, 8}, ops::Slice{0, 16}));
  all.push_back(unary({1, 33, 5, 4}, ops::Slice{32, 33}));
  for (const Shape& shape : {Shape{1, 1, 1, 1}, {2, 5, 7, 9}, {1, 16, 8, 8}})
    for (const Activation& activation : {Activation{}, relu, leaky, elu, sigmoid, tanh})
      all.push_back({"add", fmt::format("{} {}", to_string(shape), describe(activation)),
                     single(shape, [=](Graph& graph, ValueId x) {
                       return graph.add(ops::Add{activation}, {x, input(graph, shape, "other")});
                     })});
  all.push_back({"add", "an image to itself", single({1, 3, 4, 5}, [](Graph& graph, ValueId x) {
                   return graph.add(ops::Add{}, {x, x});
                 })});
  all.push_back(unary({2, 3, 5, 7}, ops::Pad{1, 2, 3, 4}));
  all.push_back(unary({1, 1, 1, 1}, ops::Pad{0, 0, 0, 7}));
  all.push_back(unary({1, 3, 8, 9}, ops::Pad{-1, -2, -3, -4}));
  all.push_back(unary({1, 17, 8, 8}, ops::Pad{-2, 3, 4, -5}));
  all.push_back(unary({2, 2, 6, 4}, ops::Pad{0, 0, 0, 0}));
  all.push_back(unary({1, 2, 4, 4}, ops::Pad{-3, 9, 2, -3}));
}

void pixel_cases(std::vector<Case>& all) {
  const auto batch_norm = [&](const Shape& shape, const ops::BatchNorm& op) {
    all.push_back({"batch_norm", fmt::format("{} {}", to_string(shape), describe(op)),
                   single(shape, [=](Graph& graph, ValueId x) {
                     std::vector<ValueId> operands{x};
                     for (const char* name : {"weight", "bias", "running_mean", "running_var"})
                       operands.push_back(graph.add_parameter(name, Shape{shape.c()}));
                     return graph.add(op, operands);
                   })});
  };
  for (const Shape& shape : {Shape{1, 1, 1, 1}, {2, 5, 7, 9}, {1, 17, 8, 8}}) batch_norm(shape, {});
  for (const Activation& activation : {relu, leaky, elu, sigmoid, tanh})
    batch_norm({1, 3, 5, 6}, {.epsilon = 1e-3, .activation = activation});
  for (const Shape& shape : {Shape{1, 1, 1, 1}, {2, 5, 7, 9}, {1, 16, 8, 16}})
    for (const Activation& activation :
         {Activation{}, relu, leaky, {ActivationKind::leaky_relu, 0.01F}, elu, sigmoid, tanh})
      all.push_back(unary(shape, ops::Activate{activation}));
  for (const Shape& shape : {Shape{9}, {3, 7}, {2, 3, 5}}) all.push_back(unary(shape, ops::Activate{relu}));
  // Where exponentials overflow.
  for (const Activation& activation : {elu, sigmoid, tanh}) {
    Case large = unary({1, 1, 4, 6}, ops::Activate{activation}, " large values");
    large.adjust = [](Values& values, std::mt19937&) {
      for (double& value : values.inputs.at("x").values) value *= 100;
    };
    all.push_back(large);
  }
  for (const std::int64_t channels : {1, 2, 3, 5, 16, 17, 33}) {
    all.push_back(unary({2, channels, 3, 7}, ops::Softmax{}));
    all.push_back(unary({2, channels, 5, 4}, ops::Argmax{}));
  }
  Case large = unary({1, 4, 3, 5}, ops::Softmax{}, " large values");
  large.adjust = [](Values& values, std::mt19937&) {
    for (double& value : values.inputs.at("x").values) value *= 200;
  };
  all.push_back(large);
  Case nan = unary({1, 4, 5, 8}, ops::Argmax{}, " NaN");
  nan.adjust = sprinkle_nans;
  all.push_back(nan);
}

void network_cases(std::vector<Case>& all) {
  const ops::Conv2d same{.kernel = {3, 3}, .padding = {1, 1}, .activation = relu};
  all.push_back({"network", "pool and unpool", single({2, 3, 12, 16}, [=](Graph& graph, ValueId x) {
                   x = add_convolution(graph, x, 8, same, true, "a");
                   const auto pooled = graph.add(ops::MaxPool{.indices = true}, {x});
                   const ValueId low = add_convolution(graph, pooled[0], 8, same, true, "b");
                   const ValueId up = graph.add1(ops::MaxUnpool{.output = {12, 16}}, {low, pooled[1]});
                   return std::vector{add_convolution(graph, up, 2, same, false, "c")};
                 })});
  for (const std::int64_t batch : {1, 2})
    all.push_back(
        {"network", fmt::format("skips, batch {}", batch),
         single({batch, 3, 16, 24}, [=](Graph& graph, ValueId x) {
           std::vector<ValueId> kept;
           for (const std::int64_t width : {8, 16}) {
             kept.push_back(add_convolution(graph, x, width, same, true, fmt::format("d{}", width)));
             x = graph.add1(ops::MaxPool{}, {kept.back()});
           }
           x = add_convolution(graph, x, 16, same, true, "middle");
           for (const std::int64_t width : {16, 8}) {
             x = add_convolution(graph, x, width, ops::ConvTranspose2d{}, true, fmt::format("up{}", width));
             x = graph.add1(ops::Concat{}, {kept.back(), x});
             kept.pop_back();
             x = add_convolution(graph, x, width, same, true, fmt::format("u{}", width));
           }
           return std::vector{add_convolution(graph, x, 2, ops::Conv2d{.kernel = {1, 1}}, true, "head")};
         })});
  all.push_back(
      {"network", "many outputs and nested joins", single({1, 4, 8, 8}, [](Graph& graph, ValueId x) {
         const ValueId a = graph.add1(ops::Activate{relu}, {x});
         const ValueId b = graph.add1(ops::Upsample{}, {a});
         const ValueId c = graph.add1(ops::AvgPool{}, {b});
         const ValueId inner = graph.add1(ops::Concat{}, {a, c});
         const ValueId half = graph.add1(ops::Slice{2, 6}, {inner});
         const ValueId outer = graph.add1(ops::Concat{}, {half, inner, x});
         const ValueId cut = graph.add1(ops::Pad{-1, -1, 1, 1}, {outer});
         const ValueId sum = graph.add1(ops::Add{}, {cut, cut});
         return std::vector{b, sum, graph.add1(ops::Argmax{}, {sum}), a};
       })});
}

}  // namespace

const std::vector<Case>& cases() {
  static const std::vector<Case> all = [] {
    std::vector<Case> table;
    for (const auto add :
         {conv2d_cases, conv_transpose2d_cases, max_pool_cases, max_unpool_cases, resampling_cases,
          channel_cases, pixel_cases, statistics_cases, training_cases, network_cases})
      add(table);
    return table;
  }();
  return all;
}

std::vector<Case> cases_of(const std::string& op) {
  std::vector<Case> some;
  std::copy_if(cases().begin(), cases().end(), std::back_inserter(some),
               [&](const Case& one) { return one.op == op; });
  return some;
}

std::vector<std::string> case_operators() {
  std::vector<std::string> names;
  for (const Case& one : cases())
    if (std::find(names.begin(), names.end(), one.op) == names.end()) names.push_back(one.op);
  return names;
}

reference::Array draw_indices(const Shape& shape, const Extent2& kernel, const Extent2& stride,
                              const Extent2& padding, const Extent2& output, std::mt19937& random) {
  reference::Array indices = reference::make_array(shape);
  const auto draw = [&](std::int64_t first, std::int64_t extent, std::int64_t limit) {
    return std::uniform_int_distribution<std::int64_t>(std::max<std::int64_t>(first, 0),
                                                       std::min(first + extent, limit) - 1)(random);
  };
  for (std::int64_t n = 0; n < shape.n(); ++n)
    for (std::int64_t c = 0; c < shape.c(); ++c)
      for (std::int64_t i = 0; i < shape.h(); ++i)
        for (std::int64_t j = 0; j < shape.w(); ++j)
          indices.at(n, c, i, j) =
              static_cast<double>(draw(i * stride.h - padding.h, kernel.h, output.h) * output.w +
                                  draw(j * stride.w - padding.w, kernel.w, output.w));
  return indices;
}

}  // namespace terramask::tests
