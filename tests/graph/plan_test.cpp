// Placing: no two values that live together share bytes, no buffer crosses a chunk, the arena is near its
// bound.
#include "terramask/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "ops/operators.hpp"

namespace terramask {
namespace {

using ops::Activate;
using ops::ActivationKind;
using ops::Add;
using ops::Concat;

Activate relu() {
  return {.activation = {.kind = ActivationKind::relu}};
}

// A chain with long skips, as an encoder-decoder has.
Graph skips(int depth) {
  Graph graph;
  ValueId x = graph.add_input("x", {DType::f32, Shape{1, 4, 16, 16}});
  std::vector<ValueId> kept;
  for (int i = 0; i < depth; ++i) kept.push_back(x = graph.add1(relu(), {x}));
  for (int i = depth - 2; i >= 0; --i) x = graph.add1(Add{}, {x, kept[static_cast<std::size_t>(i)]});
  graph.add_output("y", x);
  return graph;
}

struct Life {
  std::size_t first, last;
};

Life life(const Graph& graph, ValueId id) {
  const std::size_t steps = graph.nodes().size();
  Life life{steps, 0};
  for (std::size_t step = 0; step < steps; ++step) {
    for (const ValueId v : graph.nodes()[step].operands)
      if (v == id) life = {std::min(life.first, step), std::max(life.last, step)};
    for (const ValueId v : graph.nodes()[step].results)
      if (v == id) life = {std::min(life.first, step), std::max(life.last, step)};
  }
  if (graph.values()[id].role == Role::input) life.first = 0;
  for (const Output& output : graph.outputs())
    if (output.value == id) life.last = steps;
  return life;
}

void expect_sound(const Plan& plan) {
  for (ValueId a = 0; a < plan.places.size(); ++a) {
    if (!plan.places[a]) continue;
    const Place& pa = *plan.places[a];
    EXPECT_LE(pa.offset + pa.bytes, plan.chunks.at(pa.chunk));
    for (ValueId b = a + 1; b < plan.places.size(); ++b) {
      if (!plan.places[b] || plan.places[b]->chunk != pa.chunk) continue;
      const Place& pb = *plan.places[b];
      const Life la = life(plan.graph, a), lb = life(plan.graph, b);
      const bool together = la.first <= lb.last && lb.first <= la.last;
      const bool overlap = pa.offset < pb.offset + pb.bytes && pb.offset < pa.offset + pa.bytes;
      EXPECT_FALSE(together && overlap)
          << plan.graph.values()[a].name << " and " << plan.graph.values()[b].name;
    }
  }
}

TEST(Plan, LiveValuesNeverShareBytes) {
  for (const int depth : {1, 2, 3, 7, 20}) {
    const Plan plan = make_plan(skips(depth));
    expect_sound(plan);
    EXPECT_LE(plan.live_bytes, plan.arena_bytes);
    EXPECT_LE(plan.arena_bytes, plan.live_bytes * 5 / 4);
  }
}

TEST(Plan, ChainReusesTwoBuffers) {
  Graph graph;
  ValueId x = graph.add_input("x", {DType::f32, Shape{1, 4, 16, 16}});
  for (int i = 0; i < 10; ++i) x = graph.add1(relu(), {x});
  graph.add_output("y", x);
  const Plan plan = make_plan(graph);
  EXPECT_EQ(plan.arena_bytes, 2u * 4 * 16 * 16 * 4);
}

TEST(Plan, NoBufferCrossesAChunk) {
  const Plan plan = make_plan(skips(20), {.max_chunk_bytes = 3 * 4096});
  EXPECT_GT(plan.chunks.size(), 1u);
  for (const std::uint64_t bytes : plan.chunks) EXPECT_LE(bytes, 3u * 4096);
  expect_sound(plan);
}

TEST(Plan, LimitsAreErrorsThatNameTheFigures) {
  try {
    make_plan(skips(4), {.memory_limit = 1000});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::out_of_memory);
    EXPECT_NE(std::string(error.what()).find("`tile`"), std::string::npos) << error.what();
  }
  EXPECT_THROW(make_plan(skips(4), {.max_chunk_bytes = 100}), Error);
}

TEST(Plan, UnusedResultsHaveNoPlaceUnlessMade) {
  Graph graph;
  const ValueId x = graph.add_input("x", {DType::f32, Shape{1, 1, 4, 4}});
  const ValueId unused = graph.add_input("unused", {DType::f32, Shape{1, 1, 4, 4}});
  graph.add_output("y", graph.add1(Concat{}, {x, x}));
  const Plan plan = make_plan(graph);
  EXPECT_FALSE(plan.places[unused].has_value());
  EXPECT_TRUE(plan.places[x].has_value());
}

}  // namespace
}  // namespace terramask
