// Losses by hand, and what pixels without weight and batches without pixels do.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "case_builders.hpp"
#include "harness.hpp"

namespace terramask::tests {
namespace {

using reference::Array;
using Kind = ops::LossKind;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

const std::vector<ops::PixelLossOptions>& every_loss() {
  static const std::vector<ops::PixelLossOptions> all{{Kind::softmax_cross_entropy},
                                                      {Kind::softmax_cross_entropy, 0.1},
                                                      {Kind::sigmoid_cross_entropy},
                                                      {Kind::squared_error},
                                                      {Kind::hinge},
                                                      {Kind::focal},
                                                      {Kind::bootstrap_soft},
                                                      {Kind::bootstrap_hard},
                                                      {Kind::noisy_labels}};
  return all;
}

/// One loss of both kinds with its gradient, and the scale of gradients made of it.
Graph loss_graph(const Shape& shape, const ops::PixelLossOptions* pixel) {
  Graph graph;
  const Shape plane{shape.n(), 1, shape.h(), shape.w()};
  const ValueId z = input(graph, shape, "z");
  const ValueId labels = graph.add_input("labels", {DType::i32, plane});
  const ValueId weights = input(graph, plane, "weights");
  ValueId total = 0, dz = 0;
  if (pixel != nullptr) {
    std::vector<ValueId> operands{z, labels, weights};
    if (pixel->kind == Kind::noisy_labels)
      operands.push_back(input(graph, {shape.c(), shape.c()}, "chances"));
    total = graph.add1(ops::PixelLoss{*pixel}, operands, "total");
    dz = graph.add1(ops::PixelLossGradient{*pixel}, operands, "dz");
  } else {
    const auto dice = graph.add(ops::DiceLoss{}, {z, labels, weights}, "dice");
    total = dice[0];
    dz = graph.add1(ops::DiceLossGradient{}, {z, labels, weights, dice[1], dice[0]}, "dz");
  }
  const ValueId squares = graph.add1(ops::SumSquares{}, {dz}, "squares");
  const auto scale = graph.add(ops::GradientScale{1}, {total, squares}, "scale");
  graph.add_output("total", total);
  graph.add_output("dz", dz);
  graph.add_output("scale", scale[0]);
  graph.add_output("norm", scale[1]);
  return graph;
}

using Run = std::function<Arrays(const Graph&, const Values&)>;

void check_ignored_pixels(const Run& run) {
  const Shape shape{2, 3, 6, 7};
  std::vector<const ops::PixelLossOptions*> losses{nullptr};
  for (const ops::PixelLossOptions& loss : every_loss()) losses.push_back(&loss);
  for (const ops::PixelLossOptions* loss : losses) {
    SCOPED_TRACE(loss == nullptr ? "dice" : describe(*loss));
    const Graph graph = loss_graph(shape, loss);
    std::mt19937 random(3);
    Values clean = draw(graph, Numbers::normal, random);
    for (double& label : clean.inputs.at("labels").values) label = static_cast<double>(random() % 3);
    if (const auto chances = clean.inputs.find("chances"); chances != clean.inputs.end())
      chances->second.values = some_chances(3);
    Array& weights = clean.inputs.at("weights");
    for (double& weight : weights.values) weight = random() % 3 == 0 ? 0 : std::abs(weight);
    // Pixels without weight hold whatever they like.
    Values strange = clean;
    const auto each_ignored = [&](const auto& work) {
      for (std::int64_t n = 0; n < 2; ++n)
        for (std::int64_t i = 0; i < 6; ++i)
          for (std::int64_t j = 0; j < 7; ++j)
            if (weights.at(n, 0, i, j) == 0) work(n, i, j);
    };
    each_ignored([&](std::int64_t n, std::int64_t i, std::int64_t j) {
      strange.inputs.at("labels").at(n, 0, i, j) = -1;
      for (std::int64_t c = 0; c < 3; ++c) strange.inputs.at("z").at(n, c, i, j) = kNan;
    });
    const Arrays expected = run(graph, clean), found = run(graph, strange);
    for (const auto& [name, array] : expected)
      EXPECT_EQ(differences(array, found.at(name), reference::make_array(array.shape)), "") << name;
    for (const double value : found.at("dz").values) ASSERT_FALSE(std::isnan(value));
    each_ignored([&](std::int64_t n, std::int64_t i, std::int64_t j) {
      for (std::int64_t c = 0; c < 3; ++c) EXPECT_EQ(found.at("dz").at(n, c, i, j), 0.0);
    });
    EXPECT_GT(found.at("total").values[0], 0.0);

    // No pixel at all.
    for (double& weight : strange.inputs.at("weights").values) weight = 0;
    for (double& label : strange.inputs.at("labels").values) label = -1;
    for (double& value : strange.inputs.at("z").values) value = kNan;
    for (const auto& [name, array] : run(graph, strange))
      for (const double value : array.values) ASSERT_EQ(value, 0.0) << name;
    // A label that is none is an error that shows.
    Values wrong = clean;
    wrong.inputs.at("labels").values.assign(84, 3);
    EXPECT_TRUE(std::isnan(run(graph, wrong).at("total").values[0]));
  }
}

TEST(Losses, IgnorePixelsWithoutWeightOnTheReference) {
  check_ignored_pixels([](const Graph& graph, const Values& values) {
    return outputs_of(graph, evaluate_all(graph, values));
  });
}

class LossesOn : public testing::TestWithParam<Configuration> {};

TEST_P(LossesOn, IgnorePixelsWithoutWeight) {
  check_ignored_pixels(
      [](const Graph& graph, const Values& values) { return run_on(executor(GetParam()), graph, values); });
}

INSTANTIATE_TEST_SUITE_P(Executors, LossesOn, testing::ValuesIn(configurations()),
                         [](const auto& parameter) { return parameter.param.name; });

double one_pixel(const ops::PixelLossOptions& loss, std::vector<double> z, double label,
                 const std::vector<double>& chance_values = {}) {
  const auto channels = static_cast<std::int64_t>(z.size());
  const Shape shape{1, static_cast<std::int64_t>(z.size()), 1, 1}, plane{1, 1, 1, 1};
  const Array logits{shape, std::move(z)}, labels{plane, {label}}, weights{plane, {2}};
  std::vector<Array> total{reference::make_array({2})};
  std::vector<const Array*> operands{&logits, &labels, &weights};
  const Array chances{{channels, channels}, chance_values};
  if (!chance_values.empty()) operands.push_back(&chances);
  reference::evaluate(ops::PixelLoss{loss}, operands, total);
  EXPECT_EQ(total[0].values[1], 2);
  return total[0].values[0] / 2;
}

TEST(Losses, ByHand) {
  const double p = std::exp(1.0) / (std::exp(1.0) + 2);
  EXPECT_NEAR(one_pixel({Kind::softmax_cross_entropy}, {0, 1, 0}, 1), -std::log(p), 1e-14);
  const double rest = (1 - p) / 2;
  EXPECT_NEAR(one_pixel({Kind::softmax_cross_entropy, 0.3}, {0, 1, 0}, 1),
              -0.8 * std::log(p) - 0.2 * std::log(rest), 1e-14);
  EXPECT_NEAR(one_pixel({Kind::focal, 0, 3}, {0, 1, 0}, 1), -std::pow(1 - p, 3) * std::log(p), 1e-14);
  EXPECT_NEAR(one_pixel({Kind::softmax_cross_entropy}, {1000, 0}, 0), 0, 1e-14);
  EXPECT_NEAR(one_pixel({Kind::softmax_cross_entropy}, {1000, 0}, 1), 1000, 1e-10);
  const auto s = [](double z) { return 1 / (1 + std::exp(-z)); };
  EXPECT_NEAR(one_pixel({Kind::sigmoid_cross_entropy}, {0.5, -2}, 0), -std::log(s(0.5)) - std::log(1 - s(-2)),
              1e-14);
  EXPECT_NEAR(one_pixel({Kind::sigmoid_cross_entropy}, {0.5}, 1), -std::log(s(0.5)), 1e-14);
  EXPECT_NEAR(one_pixel({Kind::sigmoid_cross_entropy}, {0.5}, 0), -std::log(1 - s(0.5)), 1e-14);
  EXPECT_EQ(one_pixel({Kind::squared_error}, {0.5, 2, -1}, 1), 0.25 + 1 + 1);
  EXPECT_EQ(one_pixel({Kind::squared_error}, {3}, 1), 4);
  EXPECT_EQ(one_pixel({Kind::hinge}, {0.5, 1, -1}, 1), 0.5);
  EXPECT_EQ(one_pixel({Kind::hinge}, {0.25}, 1), 0.75);
  EXPECT_EQ(one_pixel({Kind::hinge}, {0.25}, 0), 1.25);
  EXPECT_EQ(one_pixel({Kind::hinge}, {0.25}, -1), 1.25);
}

TEST(Losses, OfNoisyLabelsByHand) {
  // Probabilities 1/4, 1/2, 1/4.
  const std::vector<double> z{0, std::log(2.0), 0};
  const double entropy = 0.5 * std::log(4) + 0.5 * std::log(2);
  EXPECT_NEAR(one_pixel({.kind = Kind::bootstrap_soft, .trust = 0.75}, z, 0),
              0.75 * std::log(4) + 0.25 * entropy, 1e-14);
  EXPECT_NEAR(one_pixel({.kind = Kind::bootstrap_hard, .trust = 0.75}, z, 0),
              0.75 * std::log(4) + 0.25 * std::log(2), 1e-14);
  // The map lacks 0.3 of class 1, and calls 0.1 of the background class 2.
  const std::vector<double> chances{0.9, 0.3, 0, 0, 0.7, 0, 0.1, 0, 1};
  const ops::PixelLossOptions noisy{.kind = Kind::noisy_labels};
  EXPECT_NEAR(one_pixel(noisy, z, 0, chances), -std::log(0.9 / 4 + 0.3 / 2), 1e-14);
  EXPECT_NEAR(one_pixel(noisy, z, 1, chances), -std::log(0.7 / 2), 1e-14);
  EXPECT_NEAR(one_pixel(noisy, z, 2, chances), -std::log(0.1 / 4 + 1.0 / 4), 1e-14);
  // Sure of a road that the map lacks: it costs no more than the map's own doubt, however sure.
  EXPECT_NEAR(one_pixel(noisy, {0, 1000, 0}, 0, chances), -std::log(0.3), 1e-12);
  EXPECT_NEAR(one_pixel(noisy, {1000, 0, 0}, 1, chances), 1000 - std::log(0.7), 1e-10);
  // Without noise it is cross-entropy.
  const std::vector<double> sound{1, 0, 0, 0, 1, 0, 0, 0, 1};
  for (const double label : {0, 1, 2})
    EXPECT_NEAR(one_pixel(noisy, {0.5, -1, 3}, label, sound),
                one_pixel({Kind::softmax_cross_entropy}, {0.5, -1, 3}, label), 1e-14);
}

TEST(Losses, DiceByHand) {
  // Two pixels of even odds, weights 1 and 3, labels 0 and 1.
  const Array z{{1, 2, 1, 2}, {0, 0, 0, 0}}, labels{{1, 1, 1, 2}, {0, 1}}, weights{{1, 1, 1, 2}, {1, 3}};
  std::vector<Array> results{reference::make_array({2}), reference::make_array({6})};
  reference::evaluate(ops::DiceLoss{.smooth = 2}, std::vector<const Array*>{&z, &labels, &weights}, results);
  EXPECT_EQ(results[1].values, (std::vector<double>{0.5, 1.5, 2, 2, 1, 3}));
  const double dice = ((1 - 3.0 / 5) + (1 - 5.0 / 7)) / 2;
  EXPECT_NEAR(results[0].values[0], dice * 4, 1e-14);
  EXPECT_EQ(results[0].values[1], 4);
}

}  // namespace
}  // namespace terramask::tests
