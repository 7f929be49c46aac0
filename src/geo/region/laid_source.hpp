// A source of a region on the region's grid: shifted, rescaled or warped, whichever is the least required.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "geo/read/grid_reader.hpp"
#include "geo/read/stack_facts.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

enum class Laying : std::uint8_t {
  shifted,   ///< the pixel lattices are the same (to a twentieth of a pixel): values are unchanged
  rescaled,  ///< same CRS and orientation: averaged or interpolated, each axis separately
  warped,    ///< otherwise: each pixel's position from PROJ
};

struct Layout {
  Laying how = Laying::shifted;
  /// The pixels of the grid that the source may cover.
  Window window;
  /// Position of the grid's corner in the source, in source pixels, and source pixels per pixel.
  std::array<double, 2> offset{0, 0}, scale{1, 1};
};

/// Empty if the source and the grid do not intersect. `same`: whether their CRSs are the same (same_crs).
/// @throws Error mismatch if the pixel sizes are too far apart
std::optional<Layout> lay(const Grid& source, const Grid& grid, bool same, const std::string& name);

/// Reads the source by windows of the grid inside `layout.window`. A pixel's value does not depend on the
/// window; a pixel whose centre is outside the source is invalid.
std::unique_ptr<GridReader> open_laid(const StackFacts& source, const Layout& layout, const Grid& grid);

}  // namespace terramask::geo
