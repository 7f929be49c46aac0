// Strides, alignments and halos of small graphs, worked out by hand.
#include <gtest/gtest.h>

#include "ops/operators.hpp"
#include "terramask/plan.hpp"

namespace terramask {
namespace {

using ops::Conv2d;
using ops::ConvTranspose2d;
using ops::MaxPool;
using ops::Upsample;

struct Net {
  Graph graph;
  ValueId x = graph.add_input("x", {DType::f32, Shape{1, 1, 64, 64}});

  void conv(std::int64_t k, std::int64_t stride = 1, std::int64_t dilation = 1) {
    const ValueId w = graph.add_parameter("w" + std::to_string(graph.values().size()), Shape{1, 1, k, k});
    x = graph.add1(Conv2d{.kernel = {k, k},
                          .stride = {stride, stride},
                          .padding = {dilation * (k / 2), dilation * (k / 2)},
                          .dilation = {dilation, dilation}},
                   {x, w});
  }
  void pool() { x = graph.add(MaxPool{}, {x}).front(); }
  void up() { x = graph.add1(Upsample{}, {x}); }
  Footprint done() {
    graph.add_output("y", x);
    return footprint(graph);
  }
};

TEST(Footprint, ConvolutionsAddUp) {
  Net net;
  net.conv(3);
  net.conv(5);
  net.conv(3, 1, 4);
  const Footprint f = net.done();
  EXPECT_EQ(f.stride, 1);
  EXPECT_EQ(f.halo, 1 + 2 + 4);
}

TEST(Footprint, PoolAndUpsample) {
  Net net;
  net.pool();
  net.conv(3);
  net.up();
  const Footprint f = net.done();
  EXPECT_EQ(f.stride, 2);
  EXPECT_EQ(f.halo, 2);  // output pixels 0, 1 need pooled -1..1, input -2..3
}

TEST(Footprint, OutputAtLowerResolution) {
  Net net;
  net.conv(3, 2);
  net.conv(3, 2);
  const Footprint f = net.done();
  EXPECT_EQ(f.stride, 4);
  EXPECT_EQ(f.halo, 3);
}

TEST(Footprint, KernelsThatComputePixelsTogetherSetTilesApart) {
  Net net;
  net.conv(3);
  net.pool();
  net.conv(3);
  net.up();
  net.graph.add_output("y", net.x);
  const Footprint f = footprint(net.graph, [](const Graph& graph, NodeId node) -> std::int64_t {
    return graph.nodes()[node].op.name() == "conv2d" ? 4 : 1;
  });
  EXPECT_EQ(f.stride, 2);
  EXPECT_EQ(f.alignment, 256);
  EXPECT_EQ(f.halo, 3);  // by pixels: outputs 0, 1 need pooled −1..1, that is −2..3 before it, then −3..4
}

TEST(Footprint, SeamsStandWhereWhatTilesDependOnEnds) {
  Net net;
  net.conv(3);
  const ValueId first = net.x;
  net.pool();
  net.conv(3);
  const ValueId second = net.x;
  net.up();
  net.graph.add_output("y", net.x);
  const auto seams = find_seams(net.graph, {.alignment = 32, .origin = {0, 10}});
  EXPECT_EQ(seams[second].rows.period, 16);
  EXPECT_EQ(seams[second].rows.first, (std::array<std::int64_t, 2>{0, 16}));
  EXPECT_EQ(seams[first].rows.period, 32);
  EXPECT_EQ(seams[first].rows.first, (std::array<std::int64_t, 2>{-2, 34}));
  EXPECT_EQ(seams[first].columns.first, (std::array<std::int64_t, 2>{-12, 24}));
  EXPECT_EQ(find_seams(net.graph, {.alignment = 32, .margin = 1})[second].rows.first,
            (std::array<std::int64_t, 2>{-1, 17}));
  EXPECT_EQ(find_seams(net.graph, {})[second].rows.period, 0);
}

TEST(Seams, CutAnExtent) {
  using Edges = std::vector<std::int64_t>;
  EXPECT_EQ(Seams{}.cut(10, 4), (Edges{0, 4, 8, 10}));
  EXPECT_EQ((Seams{16, {-2, 18}}.cut(24, 4)), (Edges{0, 2, 6, 10, 14, 18, 22, 24}));
  EXPECT_EQ((Seams{16, {-1, 17}}.cut(24, 4)), (Edges{0, 1, 5, 9, 13, 15, 17, 21, 24}));
}

}  // namespace
}  // namespace terramask
