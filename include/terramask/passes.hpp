// Rewrites of inference graphs. Inputs and outputs keep their names and order, and every value that is still
// made keeps its name; parameters that nobody reads any more are gone.
#pragma once

#include "terramask/graph.hpp"

namespace terramask {

/// A graph and its parameters.
struct Network {
  Graph graph;
  Parameters parameters;
};

/// Folds every batch norm that alone reads a convolution's result into that convolution's weight and bias
/// (w' = w·γ/√(σ² + ε), b' = (b − μ)·γ/√(σ² + ε) + β, in double precision, stored in single). The new
/// parameters end in "·bn" ("down.0.0.weight·bn"); a convolution without bias gets one. For inference only.
/// Errors: mismatch where a parameter is missing or has another shape.
Network fold_batch_norm(const Network& network);

/// Moves every activation that alone reads the result of an operator with a fused form (convolutions, batch
/// norm, add) into that operator.
Graph fuse_activations(const Graph& graph);

/// Removes every dropout without a key, which is the identity.
Graph drop_dropout(const Graph& graph);

/// Removes nodes that no output depends on.
Graph prune(const Graph& graph);

/// Applies all of them in order; inference runs the result.
Network optimise_for_inference(const Network& network);

/// The graph that optimise_for_inference gives, where it gave `folded` for the same network before, whatever
/// the extent of its input and its outputs: nothing is computed from the parameters again.
Graph optimised_graph(const Network& network, const Parameters& folded);

}  // namespace terramask
