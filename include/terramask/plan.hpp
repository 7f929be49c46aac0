// A graph in execution order with every buffer placed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "terramask/graph.hpp"

namespace terramask {

/// Where a value lives in the arena: bytes [offset, offset + bytes) of one chunk.
struct Place {
  std::uint32_t chunk = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

struct PlanOptions {
  /// Largest chunk; no buffer crosses one. A single larger buffer is ErrorCode::out_of_memory.
  std::uint64_t max_chunk_bytes = std::uint64_t{1} << 30;
  std::uint64_t alignment = 256;
  /// False: every buffer has bytes of its own (for tests that look at what a kernel wrote).
  bool reuse = true;
  /// Limit on arena, parameters and variables in bytes; 0: none. Exceeding it is ErrorCode::out_of_memory
  /// with the figures.
  std::uint64_t memory_limit = 0;
  /// Bytes that an executor wants for a value beyond its dense size (padding), and as scratch for a node.
  std::function<std::uint64_t(const Graph&, ValueId)> value_bytes{};
  std::function<std::uint64_t(const Graph&, NodeId)> scratch_bytes{};
};

/// Lifetimes decide the placing: two values share bytes only if no step reads one while the other is live.
/// Inputs live from the start to their last reader, outputs from their maker to the end.
struct Plan {
  Graph graph;
  /// By ValueId; empty for parameters, variables, what is assigned to them, and unused values.
  std::vector<std::optional<Place>> places;
  std::vector<std::optional<ValueId>> homes;  ///< by ValueId: the variable that the value lies in
  std::vector<std::optional<Place>> scratch;  ///< by NodeId
  std::vector<std::uint64_t> chunks;          ///< bytes of each chunk
  std::vector<double> flops;                  ///< by NodeId
  std::vector<bool> in_place;                 ///< by ValueId: made inside the concatenation that joins it
  std::uint64_t arena_bytes = 0;              ///< the sum of the chunks
  std::uint64_t live_bytes = 0;  ///< the most that is live at once: the lower bound for the arena
  std::uint64_t parameter_bytes = 0;
  std::uint64_t variable_bytes = 0;
  double total_flops = 0;
};

Plan make_plan(Graph graph, const PlanOptions& options = {});

/// The receptive field of a graph's outputs on its input, for exact tiling.
struct Footprint {
  std::int64_t stride = 1;     ///< S: the network commutes with shifts by multiples of it
  std::int64_t alignment = 1;  ///< A: tile edges and patch origins are multiples of it (A is a multiple of S)
  std::int64_t halo = 0;       ///< pixels of input needed beyond an aligned output tile, on each side
};

/// Interval propagation from `output` back to the input over all output phases, along both axes.
/// @param layer_alignment what an executor's kernel demands of a node's own result grid (Winograd F(4,3): 4);
///        null: 1 everywhere
Footprint footprint(const Graph& graph,
                    const std::function<std::int64_t(const Graph&, NodeId)>& layer_alignment = {});

/// The table that `terramask info --plan` prints: steps, shapes, bytes, FLOPs, peak, halo.
std::string to_string(const Plan& plan);

}  // namespace terramask
