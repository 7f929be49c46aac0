// The pixels of a raster that a box of coordinates touches.
#pragma once

#include <string>
#include <vector>

#include "geo/base/longitudes.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

/// One window; two where the box reaches across 180 degrees and the raster, around the Earth, ends there. Of
/// a box whose edges have no place in the raster's CRS, the world's for example, the part near the raster is
/// taken.
/// @param bounds_crs  as a person gives it; empty: the raster's
/// Throws usage (no box), mismatch (no pixel is touched, no geotransform, no CRS).
std::vector<Window> bounds_windows(const Grid& grid, const std::array<double, 4>& box,
                                   const std::string& bounds_crs);

/// "xmin ymin xmax ymax"
std::string box_text(const std::array<double, 4>& box);
/// The coordinates around a window of the grid.
std::array<double, 4> extent_of(const Grid& grid, const Window& window);
/// "the raster's extent ... (EPSG:32633)"
std::string raster_text(const Grid& grid);

/// The smallest window that holds all of them; at least one.
Window around(const std::vector<Window>& windows);

}  // namespace terramask::geo
