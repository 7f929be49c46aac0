// Tensors beyond what a device binds at once (lavapipe: 128 MiB): kernels that write them in slices and read
// them across, in one graph whose sums are exact in single precision.
#include <gtest/gtest.h>

#include "harness.hpp"
#include "ops/operators.hpp"

namespace terramask::tests {
namespace {

// 32 planes of 1160 × 1160: 172 MB.
Graph large_graph() {
  Graph graph;
  const ValueId x = graph.add_input("x", {DType::f32, {1, 1, 1160, 1160}});
  const auto weight = [&](const char* name, const Shape& shape) { return graph.add_parameter(name, shape); };
  const ValueId wide = graph.add1(ops::Conv2d{.padding = {2, 2}, .dilation = {2, 2}},
                                  {x, weight("a", {32, 1, 3, 3}), weight("a.bias", {32})});
  const auto pooled = graph.add(ops::MaxPool{.indices = true}, {wide});
  const ValueId back = graph.add1(ops::MaxUnpool{.output = {1160, 1160}}, pooled);
  const ValueId sum = graph.add1(ops::Add{{ops::ActivationKind::relu, 0}}, {wide, back});
  graph.add_output("class", graph.add1(ops::Argmax{}, {sum}));
  const ValueId up = graph.add1(ops::ConvTranspose2d{}, {pooled[0], weight("b", {32, 32, 2, 2})});
  const ValueId both = graph.add1(ops::Concat{}, {up, sum});
  graph.add_output("channel", graph.add1(ops::Slice{62, 63}, {both}));
  graph.add_output("y", graph.add1(ops::Conv2d{.kernel = {1, 1}}, {both, weight("c", {1, 64, 1, 1})}));
  const ValueId near = graph.add1(ops::Upsample{}, {pooled[0]});
  const ValueId cut = graph.add1(ops::Pad{-1, 1, 3, -3}, {near});
  const ValueId bent = graph.add1(ops::Activate{{ops::ActivationKind::leaky_relu, 0.5F}}, {cut});
  graph.add_output("mean", graph.add1(ops::AvgPool{{4, 4}, {4, 4}}, {bent}));
  return graph;
}

TEST(LargeTensors, AreWrittenInSlicesAndReadWhole) {
  const Graph graph = large_graph();
  std::mt19937 random(5);
  const Values values = draw(graph, Numbers::halves, random);
  const Arrays expected = reference::run(make_plan(graph), values.inputs, values.parameters);
  for (const Configuration& configuration : sharing_configurations()) {
    // The tiled kernels are for devices that bind more at once.
    if (configuration.options.variant == KernelVariant::tiled) continue;
    SCOPED_TRACE(configuration.name);
    try {
      const Arrays found = run_on(executor(configuration), graph, values);
      for (const auto& [name, array] : expected)
        EXPECT_EQ(differences(array, found.at(name), reference::make_array(array.shape)), "") << name;
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

}  // namespace
}  // namespace terramask::tests
