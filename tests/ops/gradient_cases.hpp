// The table of gradients: every operator that has one stands in a graph here.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ops/pixel_loss/pixel_loss.hpp"
#include "terramask/graph.hpp"

namespace terramask::tests {

struct GradientCase {
  std::string name;
  Shape shape;
  std::function<ValueId(Graph&, ValueId)> build;  ///< from x to an image
  ops::PixelLossOptions loss{.kind = ops::LossKind::squared_error};
  bool dice = false;  ///< instead
};

/// The graph of a case: input "x" through what it builds, the image z, to a loss.
struct GradientGraph {
  Graph graph;
  ValueId x, z, loss;
};

const std::vector<GradientCase>& gradient_cases();
GradientGraph build(const GradientCase& test);

}  // namespace terramask::tests
