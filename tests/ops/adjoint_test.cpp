// ⟨A x, y⟩ = ⟨x, Aᵀ y⟩ for every pair of operators that are each other's transpose, on the reference and on
// every executor. On halves both sides are exact in single precision, so that equality is demanded.
#include <gtest/gtest.h>

#include <cmath>

#include "harness.hpp"
#include "ops/operators.hpp"

namespace terramask::tests {
namespace {

using reference::Array;
using Run = std::function<Arrays(const Graph&, const Values&)>;

Array draw_array(const Shape& shape, std::mt19937& random) {
  Array array = reference::make_array(shape);
  std::uniform_int_distribution<int> halves(-4, 4);
  for (double& value : array.values) value = halves(random) / 2.0;
  return array;
}

double product(const Array& a, const Array& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) sum += a.values[i] * b.values[i];
  return sum;
}

/// The results of one operator on arrays; those in `parameters` come second.
std::vector<Array> apply(const Run& run, const Operator& op, const std::vector<Array>& inputs,
                         const std::vector<Array>& parameters = {}, bool second_is_indices = false) {
  Graph graph;
  Values values;
  std::vector<ValueId> operands;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string name = "x" + std::to_string(i);
    const DType type = second_is_indices && i == 1 ? DType::i32 : DType::f32;
    operands.push_back(graph.add_input(name, {type, inputs[i].shape}));
    values.inputs.emplace(name, inputs[i]);
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::string name = "w" + std::to_string(i);
    operands.push_back(graph.add_parameter(name, parameters[i].shape));
    values.parameters.emplace(name, parameters[i]);
  }
  std::vector<Array> results;
  const auto ids = graph.add(op, operands);
  for (std::size_t i = 0; i < ids.size(); ++i) graph.add_output("y" + std::to_string(i), ids[i]);
  const Arrays outputs = run(graph, values);
  for (std::size_t i = 0; i < ids.size(); ++i) results.push_back(outputs.at("y" + std::to_string(i)));
  return results;
}

// Winograd rounds even halves.
void expect_equal(double left, double right, bool exact) {
  if (exact)
    EXPECT_EQ(left, right);
  else
    EXPECT_NEAR(left, right, 1e-4 * (1 + std::abs(left)));
}

struct ConvPair {
  Shape x;
  std::int64_t outputs;
  ops::Conv2d op;
};

void check_convolutions(const Run& run, bool exact) {
  const std::vector<ConvPair> pairs{
      {{1, 3, 9, 11}, 5, {.kernel = {3, 3}, .padding = {1, 1}}},
      {{2, 5, 12, 13}, 4, {.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}}},
      {{1, 2, 13, 12}, 3, {.kernel = {4, 4}, .stride = {2, 2}, .padding = {1, 1}}},
      {{1, 17, 8, 8}, 16, {.kernel = {2, 2}, .stride = {2, 2}}},
      {{1, 2, 21, 24}, 3, {.kernel = {5, 3}, .stride = {3, 2}, .padding = {2, 1}}},
      {{1, 3, 15, 14}, 2, {.kernel = {3, 3}, .padding = {2, 2}, .dilation = {2, 2}}},
      {{1, 3, 16, 17}, 2, {.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 2}, .dilation = {2, 3}}},
      {{1, 4, 10, 10}, 3, {.kernel = {1, 1}, .stride = {3, 3}}},
  };
  std::mt19937 random(7);
  for (const ConvPair& pair : pairs) {
    SCOPED_TRACE(describe(pair.op));
    const Array x = draw_array(pair.x, random);
    const Array weight = draw_array({pair.outputs, pair.x.c(), pair.op.kernel.h, pair.op.kernel.w}, random);
    const Array forward = apply(run, pair.op, {x}, {weight}).front();
    const Array y = draw_array(forward.shape, random);
    // The rows and columns that no window covered.
    const auto rest = [](std::int64_t extent, std::int64_t p, std::int64_t d, std::int64_t k,
                         std::int64_t s) { return (extent + 2 * p - d * (k - 1) - 1) % s; };
    const auto& op = pair.op;
    const ops::ConvTranspose2d transposed{
        .kernel = op.kernel,
        .stride = op.stride,
        .padding = op.padding,
        .output_padding = {rest(pair.x.h(), op.padding.h, op.dilation.h, op.kernel.h, op.stride.h),
                           rest(pair.x.w(), op.padding.w, op.dilation.w, op.kernel.w, op.stride.w)},
        .dilation = op.dilation};
    const Array back = apply(run, transposed, {y}, {weight}).front();
    ASSERT_EQ(back.shape, x.shape);
    expect_equal(product(forward, y), product(x, back), exact);
    // By the weight it is linear as well.
    const ops::Conv2dWeightGradient by_weight{
        .kernel = op.kernel, .stride = op.stride, .padding = op.padding, .dilation = op.dilation};
    const Array gradient = apply(run, by_weight, {x, y}).front();
    ASSERT_EQ(gradient.shape, weight.shape);
    expect_equal(product(forward, y), product(weight, gradient), exact);
  }
}

void check_pools(const Run& run) {
  std::mt19937 random(8);
  for (const ops::MaxPool& pool :
       {ops::MaxPool{.indices = true}, ops::MaxPool{{3, 3}, {3, 3}, {0, 0}, true},
        ops::MaxPool{{2, 3}, {2, 3}, {1, 1}, true}, ops::MaxPool{{2, 2}, {3, 4}, {0, 0}, true}}) {
    SCOPED_TRACE(describe(pool));
    const Array x = draw_array({2, 5, 11, 14}, random);
    const auto pooled = apply(run, pool, {x});
    const Array y = draw_array(pooled[0].shape, random);
    const ops::MaxUnpool unpool{pool.kernel, pool.stride, pool.padding, {11, 14}};
    const Array back = apply(run, unpool, {y, pooled[1]}, {}, true).front();
    EXPECT_EQ(product(pooled[0], y), product(x, back));
  }
}

void check_joins(const Run& run) {
  std::mt19937 random(9);
  const Array a = draw_array({2, 3, 5, 7}, random), b = draw_array({2, 4, 5, 7}, random);
  const Array joined = apply(run, ops::Concat{}, {a, b}).front();
  const Array y = draw_array(joined.shape, random);
  EXPECT_EQ(product(joined, y), product(a, apply(run, ops::Slice{0, 3}, {y}).front()) +
                                    product(b, apply(run, ops::Slice{3, 7}, {y}).front()));
}

void check_resampling(const Run& run) {
  std::mt19937 random(10);
  for (const Extent2& factor : {Extent2{2, 2}, {4, 4}, {1, 2}, {8, 4}}) {
    const Array x = draw_array({2, 3, 5, 7}, random);
    const Array up = apply(run, ops::Upsample{factor, ops::UpsampleMode::nearest}, {x}).front();
    const Array y = draw_array(up.shape, random);
    const Array mean = apply(run, ops::AvgPool{factor, factor, {0, 0}}, {y}).front();
    EXPECT_EQ(product(up, y), product(x, mean) * static_cast<double>(factor.h * factor.w));
  }
  const Array x = draw_array({1, 3, 6, 8}, random);
  const ops::Pad pad{2, -1, 3, 4};
  const Array padded = apply(run, pad, {x}).front();
  const Array y = draw_array(padded.shape, random);
  const Array back = apply(run, ops::Pad{-pad.top, -pad.bottom, -pad.left, -pad.right}, {y}).front();
  EXPECT_EQ(product(padded, y), product(x, back));
}

// What the gradients of pools and resampling are made of, on halves whose sums are exact.
void check_gradients(const Run& run) {
  std::mt19937 random(12);
  for (const std::int64_t channels : {3, 16}) {
    const Array x = draw_array({2, channels, 11, 14}, random);
    const auto expect_adjoint = [&](const Operator& op, const Operator& gradient) {
      SCOPED_TRACE(std::string(op.name()) + " " + op.describe());
      const Array forward = apply(run, op, {x}).front();
      const Array y = draw_array(forward.shape, random);
      EXPECT_EQ(product(forward, y), product(x, apply(run, gradient, {y}).front()));
    };
    for (const Extent2& kernel : {Extent2{2, 2}, {4, 2}})
      expect_adjoint(ops::AvgPool{kernel, {2, 1}, {1, 1}},
                     ops::AvgPoolGradient{kernel, {2, 1}, {1, 1}, true, {11, 14}});
    for (const auto mode : {ops::UpsampleMode::nearest, ops::UpsampleMode::bilinear})
      for (const Extent2& factor : {Extent2{2, 2}, {1, 4}})
        expect_adjoint(ops::Upsample{factor, mode}, ops::UpsampleGradient{factor, mode});
    expect_adjoint(ops::Slice{1, 3}, ops::SliceGradient{1, channels});

    const ops::MaxPool pool{{3, 3}, {2, 2}, {1, 1}, true};
    const auto pooled = apply(run, pool, {x});
    const Array y = draw_array(pooled[0].shape, random);
    const ops::MaxPoolGradient back{pool.kernel, pool.stride, pool.padding, {11, 14}};
    EXPECT_EQ(product(pooled[0], y), product(x, apply(run, back, {y, pooled[1]}, {}, true).front()));
    const ops::MaxUnpool unpool{pool.kernel, pool.stride, pool.padding, {11, 14}};
    const ops::MaxUnpoolGradient gather{pool.kernel, pool.stride, pool.padding};
    EXPECT_EQ(product(apply(run, unpool, {y, pooled[1]}, {}, true).front(), x),
              product(y, apply(run, gather, {x, pooled[1]}, {}, true).front()));
  }
}

void check_all(const Run& run, bool exact) {
  check_gradients(run);
  check_convolutions(run, exact);
  check_pools(run);
  check_joins(run);
  check_resampling(run);
}

TEST(Adjoint, Reference) {
  check_all(
      [](const Graph& graph, const Values& values) { return outputs_of(graph, evaluate_all(graph, values)); },
      true);
}

class AdjointOn : public testing::TestWithParam<Configuration> {};

TEST_P(AdjointOn, Executor) {
  check_all(
      [](const Graph& graph, const Values& values) { return run_on(executor(GetParam()), graph, values); },
      GetParam().options.precision == Precision::exact);
}

INSTANTIATE_TEST_SUITE_P(Pairs, AdjointOn, testing::ValuesIn(configurations()),
                         [](const auto& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace terramask::tests
