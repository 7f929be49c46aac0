// A graph in execution order with every buffer placed.
#pragma once

#include <array>
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
  std::uint64_t live_bytes = 0;               ///< the most that is live at once: the lower bound of the arena
  std::uint64_t parameter_bytes = 0;
  std::uint64_t variable_bytes = 0;
  double total_flops = 0;
};

Plan make_plan(Graph graph, const PlanOptions& options = {});

/// The receptive field of a graph's outputs on its input, for exact tiling.
struct Footprint {
  std::int64_t stride = 1;     ///< S: the network commutes with shifts by multiples of it
  std::int64_t alignment = 1;  ///< A: output tiles begin and end at multiples of it (A is a multiple of S)
  std::int64_t halo = 0;       ///< pixels of input needed beyond an aligned output tile, on each side
};

/// Interval propagation from `output` back to the input over all output phases, along both axes.
/// @param layer_tile how many result pixels a node's kernel computes together along an axis (Winograd F(4,3):
///        4); null: 1 everywhere
Footprint footprint(const Graph& graph,
                    const std::function<std::int64_t(const Graph&, NodeId)>& layer_tile = {});

/// Which pieces of an output are to have the bits that one pass over the whole gives them, and where a patch
/// stands among them.
struct TileGrid {
  std::int64_t alignment = 0;  ///< A: pieces begin and end at its multiples; 0: of no concern
  std::int64_t margin = 0;     ///< pixels beyond a piece that must be right as well
  Extent2 origin{0, 0};        ///< the patch's first pixel, counted as the pieces are
  bool operator==(const TileGrid&) const = default;
};

/// Along an axis of a value, in its own pixels: what the pieces depend on begins and ends at first[0] and
/// first[1], and every `period` pixels from there; period 0: nowhere. A kernel that computes pixels together
/// rounds each by all the others' operands: it must not mix pixels from both sides of a seam.
struct Seams {
  std::int64_t period = 0;
  std::array<std::int64_t, 2> first{};

  /// [0, extent) cut at every seam, and from there on into pieces of `tile`: where they begin, and the end.
  std::vector<std::int64_t> cut(std::int64_t extent, std::int64_t tile) const;
};

struct ImageSeams {
  Seams rows, columns;
};

/// By ValueId.
std::vector<ImageSeams> find_seams(const Graph& graph, const TileGrid& grid);

/// The table that `terramask info --plan` prints: steps, shapes, bytes, FLOPs, peak, halo.
std::string to_string(const Plan& plan);

}  // namespace terramask
