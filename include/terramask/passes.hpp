// Rewrites of inference graphs.
#pragma once

#include "terramask/graph.hpp"

namespace terramask {

/// A graph and the parameters it wants.
struct Network {
  Graph graph;
  Parameters parameters;
};

/// Folds every batch norm that alone reads a convolution's result into that convolution's weight and bias
/// (w' = w·γ/√(σ² + ε), b' = (b − μ)·γ/√(σ² + ε) + β, in double precision). For inference only.
Network fold_batch_norm(const Network& network);

/// Moves every activation that alone reads the result of an operator with a fused form (convolutions, batch
/// norm, add) into that operator.
Graph fuse_activations(const Graph& graph);

/// Drops what no output needs.
Graph prune(const Graph& graph);

/// All of them, in order: what inference runs.
Network optimise_for_inference(const Network& network);

}  // namespace terramask
