// A network as it is trained.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "terramask/graph.hpp"

namespace terramask {

struct TrainingForm {
  Graph graph;
  std::vector<ValueId> trained;  ///< the variables that require gradients, in the graph's order
  bool has_dropout = false;      ///< the graph has an input "dropout.key" (i32 [4]; see ops/dropout)
};

/// Rewrites a network for training. Parameters become variables; those whose name satisfies `frozen`
/// stay parameters. A batch norm normalises by the batch and assigns its running statistics, but one whose
/// weight is frozen stays in evaluation mode with all it has. Max pools keep their indices, dropout gets its
/// key, and activations are fused into the kernels before them.
TrainingForm training_form(const Graph& network, const std::function<bool(std::string_view)>& frozen = {});

}  // namespace terramask
