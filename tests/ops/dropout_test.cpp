// Philox against its published vectors, and dropout's bits on every executor.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "case_builders.hpp"
#include "harness.hpp"
#include "ops/dropout/philox.hpp"

namespace terramask::tests {
namespace {

using Words = std::array<std::uint32_t, 4>;

// Known answers of the authors' Random123 library.
TEST(Philox, GivesThePublishedVectors) {
  EXPECT_EQ(ops::philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(ops::philox({ones, ones, ones, ones}, {ones, ones}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(ops::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

Graph dropout_graph(double rate) {
  Graph graph;
  const ValueId x = input(graph, {2, 16, 9, 12});
  const ValueId key = graph.add_input("key", {DType::i32, {4}});
  graph.add_output("y", graph.add1(ops::Dropout{rate, 5}, {x, key}));
  return graph;
}

Values dropout_values(const Graph& graph) {
  std::mt19937 random(4);
  Values values = draw(graph, Numbers::normal, random);
  values.inputs.at("key").values = {-2, 2147483647, 12345, -1};
  return values;
}

class DropoutOn : public testing::TestWithParam<Configuration> {};

TEST_P(DropoutOn, HasTheReferencesBits) {
  for (const double rate : {0.0, 0.25, 0.5, 0.9}) {
    const Graph graph = dropout_graph(rate);
    const Values values = dropout_values(graph);
    const auto expected = outputs_of(graph, evaluate_all(graph, values)).at("y").values;
    const auto found = run_on(executor(GetParam()), graph, values).at("y").values;
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
      ASSERT_EQ(static_cast<float>(found[i]), static_cast<float>(expected[i]))
          << "rate " << rate << " at " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Executors, DropoutOn, testing::ValuesIn(configurations()),
                         [](const auto& parameter) { return parameter.param.name; });

TEST(Dropout, DropsItsShareAndOtherwiseEachStep) {
  const Graph graph = dropout_graph(0.25);
  Values values = dropout_values(graph);
  for (double& value : values.inputs.at("x").values) value = 1;
  const auto dropped = [&](std::size_t word, double by) {
    Values other = values;
    other.inputs.at("key").values[word] += by;
    return outputs_of(graph, evaluate_all(graph, other)).at("y").values;
  };
  const auto first = dropped(2, 0);
  const auto zeros = std::count(first.begin(), first.end(), 0.0);
  // Five standard deviations.
  EXPECT_NEAR(static_cast<double>(zeros), 0.25 * 3456, 5 * std::sqrt(3456 * 0.25 * 0.75));
  EXPECT_EQ(first, dropped(2, 0));
  EXPECT_NE(first, dropped(2, 1));
  EXPECT_NE(first, dropped(0, 1));
  // The second sample of a batch is the first of the next.
  const auto next = dropped(3, 1);
  EXPECT_TRUE(std::equal(first.begin() + 1728, first.end(), next.begin()));
}

}  // namespace
}  // namespace terramask::tests
