// The reference itself, on cases small enough to be worked out by hand, and its watch over the arena.
#include "ops/reference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ops/operators.hpp"

namespace terramask {
namespace {

using reference::Array;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Array image(std::int64_t rows, std::int64_t columns, std::vector<double> values) {
  const auto plane = static_cast<std::size_t>(rows * columns);
  return {Shape{1, static_cast<std::int64_t>(values.size() / plane), rows, columns}, std::move(values)};
}

std::vector<Array> evaluate(const Operator& op, const std::vector<Array>& operands) {
  std::vector<const Array*> pointers;
  std::vector<ValueType> types;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const bool indices = op.as<ops::MaxUnpool>() != nullptr && i == 1;
    types.push_back({indices ? DType::i32 : DType::f32, operands[i].shape});
    pointers.push_back(&operands[i]);
  }
  std::vector<Array> results;
  for (const ValueType& type : op.infer(types)) results.push_back(reference::make_array(type.shape, kNan));
  reference::evaluate(op, pointers, results);
  return results;
}

std::vector<double> first(const Operator& op, const std::vector<Array>& operands) {
  return evaluate(op, operands).front().values;
}

TEST(Reference, Convolution) {
  const Array x = image(3, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const Array w{Shape{1, 1, 2, 2}, {1, 10, 100, 1000}};
  // Cross-correlation: the first weight meets the upper left pixel.
  EXPECT_THAT(first(ops::Conv2d{.kernel = {2, 2}}, {x, w}), ElementsAre(5421, 6532, 8754, 9865));
  EXPECT_THAT(first(ops::Conv2d{.kernel = {2, 2}, .stride = {2, 2}, .padding = {1, 1}}, {x, w}),
              ElementsAre(1000, 3200, 7040, 9865));
  EXPECT_THAT(first(ops::Conv2d{.kernel = {2, 2}, .dilation = {2, 2}}, {x, w, {Shape{1}, {0.5}}}),
              ElementsAre(9731.5));
  EXPECT_THAT(first(ops::Conv2d{.kernel = {1, 1}, .activation = {ops::ActivationKind::relu, 0}},
                    {image(1, 2, {1, 2, -3, -4}), {Shape{2, 2, 1, 1}, {1, 1, -1, 1}}}),
              ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(
      first(ops::Conv2d{.kernel = {1, 1}}, {image(1, 2, {1, 2, -3, -4}), {Shape{2, 2, 1, 1}, {1, 1, -1, 1}}}),
      ElementsAre(-2, -2, -4, -6));
}

TEST(Reference, TransposedConvolution) {
  const Array x = image(1, 2, {1, 2});
  const Array w{Shape{1, 1, 2, 2}, {1, 10, 100, 1000}};
  EXPECT_THAT(first(ops::ConvTranspose2d{}, {x, w}), ElementsAre(1, 10, 2, 20, 100, 1000, 200, 2000));
  EXPECT_THAT(first(ops::ConvTranspose2d{.stride = {1, 1}}, {x, w}), ElementsAre(1, 12, 20, 100, 1200, 2000));
  EXPECT_THAT(first(ops::ConvTranspose2d{.padding = {1, 0}, .output_padding = {1, 1}}, {x, w}),
              ElementsAre(100, 1000, 200, 2000, 0));
  EXPECT_THAT(first(ops::ConvTranspose2d{.stride = {1, 1}, .dilation = {1, 2}}, {x, w}),
              ElementsAre(1, 2, 10, 20, 100, 200, 1000, 2000));
  // Weights are input × output.
  EXPECT_THAT(first(ops::ConvTranspose2d{.kernel = {1, 1}, .stride = {1, 1}},
                    {image(1, 1, {1, 2}), {Shape{2, 2, 1, 1}, {1, 3, 10, 30}}}),
              ElementsAre(21, 63));
}

TEST(Reference, MaxPoolTakesTheFirstOfEquals) {
  const auto pooled = evaluate(ops::MaxPool{.indices = true}, {image(2, 4, {1, 3, 5, 5, 3, 3, 5, 5})});
  EXPECT_THAT(pooled[0].values, ElementsAre(3, 5));
  EXPECT_THAT(pooled[1].values, ElementsAre(1, 2));
  const auto padded = evaluate(ops::MaxPool{{3, 3}, {2, 2}, {1, 1}, true},
                               {image(3, 3, {-1, -2, -3, -4, -5, -6, -7, -8, -9})});
  EXPECT_THAT(padded[0].values, ElementsAre(-1, -2, -4, -5));
  EXPECT_THAT(padded[1].values, ElementsAre(0, 1, 3, 4));
  const auto strange = evaluate(ops::MaxPool{.indices = true},
                                {image(2, 4, {1, kNan, -INFINITY, -INFINITY, 9, 2, -INFINITY, -INFINITY})});
  EXPECT_TRUE(std::isnan(strange[0].values[0]));
  EXPECT_EQ(strange[0].values[1], -INFINITY);
  EXPECT_THAT(strange[1].values, ElementsAre(1, 2));
}

TEST(Reference, MaxUnpoolPutsValuesBack) {
  EXPECT_THAT(first(ops::MaxUnpool{.output = {2, 5}}, {image(1, 2, {7, 8}), image(1, 2, {6, 2})}),
              ElementsAre(0, 0, 8, 0, 0, 0, 7, 0, 0, 0));
  // Two windows name position 1: the last wins; position 4 is out of the first window's reach.
  const ops::MaxUnpool overlapping{{1, 3}, {1, 1}, {0, 0}, {1, 5}};
  EXPECT_THAT(first(overlapping, {image(1, 3, {7, 8, 9}), image(1, 3, {1, 1, 4})}),
              ElementsAre(0, 8, 0, 0, 9));
  EXPECT_THAT(first(overlapping, {image(1, 3, {7, 8, 9}), image(1, 3, {4, -1, 5})}),
              ElementsAre(0, 0, 0, 0, 0));
}

TEST(Reference, MeansAndUpsampling) {
  const Array x = image(2, 2, {1, 2, 3, 6});
  EXPECT_THAT(first(ops::AvgPool{}, {x}), ElementsAre(3));
  EXPECT_THAT(first(ops::AvgPool{{2, 2}, {2, 2}, {1, 1}}, {x}), ElementsAre(0.25, 0.5, 0.75, 1.5));
  EXPECT_THAT(first(ops::AvgPool{{2, 2}, {2, 2}, {1, 1}, false}, {x}), ElementsAre(1, 2, 3, 6));
  EXPECT_THAT(first(ops::Upsample{{1, 2}}, {x}), ElementsAre(1, 1, 2, 2, 3, 3, 6, 6));
  EXPECT_THAT(first(ops::Upsample{{1, 2}, ops::UpsampleMode::bilinear}, {image(1, 2, {1, 5})}),
              ElementsAre(1, 2, 4, 5));
  EXPECT_THAT(first(ops::Upsample{{2, 1}, ops::UpsampleMode::bilinear}, {image(2, 1, {1, 5})}),
              ElementsAre(1, 2, 4, 5));
  EXPECT_THAT(first(ops::Upsample{{1, 3}, ops::UpsampleMode::bilinear}, {image(1, 2, {0, 3})}),
              ElementsAre(0, 0, 1, 2, 3, 3));
}

TEST(Reference, ChannelsAndRims) {
  const Array a = image(1, 2, {1, 2}), b = image(1, 2, {3, 4, 5, 6});
  EXPECT_THAT(first(ops::Concat{}, {a, b}), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(first(ops::Slice{1, 2}, {b}), ElementsAre(5, 6));
  EXPECT_THAT(first(ops::Add{{ops::ActivationKind::leaky_relu, 0.5F}}, {a, image(1, 2, {-5, 1})}),
              ElementsAre(-2, 3));
  EXPECT_THAT(first(ops::Pad{1, 0, -1, 1}, {a}), ElementsAre(0, 0, 2, 0));
}

TEST(Reference, PixelFunctions) {
  using Kind = ops::ActivationKind;
  const Array x = image(1, 3, {-1, 0, 2});
  const auto activate = [&](Kind kind, float alpha) { return first(ops::Activate{{kind, alpha}}, {x}); };
  EXPECT_THAT(activate(Kind::none, 0), ElementsAre(-1, 0, 2));
  EXPECT_THAT(activate(Kind::relu, 0), ElementsAre(0, 0, 2));
  EXPECT_THAT(activate(Kind::leaky_relu, 0.25F), ElementsAre(-0.25, 0, 2));
  EXPECT_NEAR(activate(Kind::elu, 2)[0], 2 * (std::exp(-1.0) - 1), 1e-15);
  EXPECT_NEAR(activate(Kind::sigmoid, 0)[2], 0.8807970779778823, 1e-15);
  EXPECT_NEAR(activate(Kind::tanh, 0)[2], 0.9640275800758169, 1e-15);
  const auto c = [](std::vector<double> v) { return Array{Shape{static_cast<std::int64_t>(v.size())}, v}; };
  EXPECT_THAT(
      first(ops::BatchNorm{.epsilon = 1}, {image(1, 1, {5, 7}), c({2, 3}), c({1, -1}), c({1, 1}), c({3, 8})}),
      ElementsAre(5, 5));
  const auto soft = first(ops::Softmax{}, {image(1, 2, {1000, 0, 1000, 1})});
  EXPECT_EQ(soft[0], 0.5);
  EXPECT_NEAR(soft[1], 1 / (1 + std::exp(1.0)), 1e-15);
  EXPECT_THAT(first(ops::Argmax{}, {image(1, 3, {1, 1, 5, 1, 2, kNan, 0, 3, kNan})}), ElementsAre(0, 2, -1));
  constexpr double inf = std::numeric_limits<double>::infinity();
  EXPECT_THAT(first(ops::Argmax{}, {image(1, 3, {-inf, inf, -inf, 1, 0, -inf})}), ElementsAre(1, -1, -1));
}

// ---- the arena

// x → a → b → c, each 1×1×4×4 (64 bytes).
Plan chain() {
  Graph graph;
  ValueId value = graph.add_input("x", {DType::f32, Shape{1, 1, 4, 4}});
  for (const char* name : {"a", "b", "c"}) value = graph.add1(ops::Add{}, {value, value}, name);
  graph.add_output("y", value);
  return make_plan(std::move(graph), {.alignment = 64});
}

std::string run_error(const Plan& plan) {
  try {
    reference::run(plan, {{"x", reference::make_array({1, 1, 4, 4}, 1)}}, {});
    return {};
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::internal);
    return error.what();
  }
}

TEST(ReferenceArena, RunsASoundPlan) {
  const Plan plan = chain();
  ASSERT_EQ(plan.arena_bytes, 128U);
  const auto outputs = reference::run(plan, {{"x", reference::make_array({1, 1, 4, 4}, 1)}}, {});
  EXPECT_THAT(outputs.at("y").values, ElementsAreArray(std::vector<double>(16, 8)));
}

TEST(ReferenceArena, CatchesResultsOverOperands) {
  Plan plan = chain();
  plan.places[1]->offset = plan.places[0]->offset;
  EXPECT_THAT(run_error(plan), HasSubstr("shares bytes with its operand x"));
}

TEST(ReferenceArena, CatchesValuesOverwrittenWhileNeeded) {
  Graph graph;
  const ValueId x = graph.add_input("x", {DType::f32, Shape{1, 1, 4, 4}});
  const ValueId a = graph.add1(ops::Add{}, {x, x}, "a");
  const ValueId b = graph.add1(ops::Add{}, {x, x}, "b");
  graph.add_output("y", graph.add1(ops::Add{}, {a, b}, "c"));
  Plan plan = make_plan(std::move(graph), {.alignment = 64});
  EXPECT_EQ(run_error(plan), "");
  plan.places[b]->chunk = plan.places[a]->chunk;
  plan.places[b]->offset = plan.places[a]->offset;
  EXPECT_THAT(run_error(plan), HasSubstr("a is read after b took its bytes"));
}

TEST(ReferenceArena, CatchesScratchOverValues) {
  Plan plan = chain();
  plan.scratch[0] = Place{plan.places[0]->chunk, plan.places[0]->offset + 60, 4};
  EXPECT_THAT(run_error(plan), HasSubstr("shares bytes with its operand x"));
}

TEST(ReferenceArena, CatchesPlacesBeyondTheirChunk) {
  Plan plan = chain();
  plan.places[2]->offset = plan.chunks[0];
  EXPECT_THAT(run_error(plan), HasSubstr("b does not fit its place"));
}

TEST(ReferenceArena, RefusesMissingAndStrangeInputs) {
  const Plan plan = chain();
  EXPECT_THROW(reference::run(plan, {}, {}), Error);
  EXPECT_THROW(reference::run(plan, {{"x", reference::make_array({1, 1, 4, 5})}}, {}), Error);
}

}  // namespace
}  // namespace terramask
