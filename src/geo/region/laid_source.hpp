// A source of a region on the region's grid: shifted, rescaled or warped, whichever is the least that is
// needed.
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
  shifted,   ///< the two pixel lattices are one (to a twentieth of a pixel): values are taken as they are
  rescaled,  ///< same CRS and directions: averaged or interpolated, each axis for itself
  warped,    ///< anything else: each pixel's place by PROJ
};

struct Layout {
  Laying how = Laying::shifted;
  /// Pixels of the grid outside which the source has nothing to say.
  Window window;
  /// Of the grid's corner in the source, in source pixels, and source pixels per pixel.
  std::array<double, 2> offset{0, 0}, scale{1, 1};
};

/// Empty where the source and the grid do not meet. `same` says whether their CRSs are one (same_crs).
/// @throws Error mismatch where pixel sizes have nothing to do with each other
std::optional<Layout> lay(const Grid& source, const Grid& grid, bool same, const std::string& name);

/// Reads the source by windows of the grid that lie inside `layout.window`. What a pixel gets does not depend
/// on the window; a pixel whose centre lies outside the source is invalid.
std::unique_ptr<GridReader> open_laid(const StackFacts& source, const Layout& layout, const Grid& grid);

}  // namespace terramask::geo
