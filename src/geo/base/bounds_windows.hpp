// Converts a bounding box of coordinates to pixel windows of a raster.
#pragma once

#include <string>
#include <vector>

#include "geo/base/longitudes.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

/// Returns one window, or two where the box crosses 180 degrees and the raster goes around the Earth and ends
/// there. If the edges of the box have no image in the raster's CRS (a box around the world, for example),
/// only the part near the raster is used.
/// Throws usage (not a box), mismatch (no pixel touched, no geotransform, no CRS).
/// @param bounds_crs  as the user gave it; empty: the raster's CRS
std::vector<Window> bounds_windows(const Grid& grid, const std::array<double, 4>& box,
                                   const std::string& bounds_crs);

/// "xmin ymin xmax ymax"
std::string box_text(const std::array<double, 4>& box);
/// The extent of a window of the grid, in coordinates.
std::array<double, 4> extent_of(const Grid& grid, const Window& window);
/// "the raster's extent ... (EPSG:32633)"
std::string raster_text(const Grid& grid);

/// The smallest window that contains all of them. At least one window is required.
Window around(const std::vector<Window>& windows);

}  // namespace terramask::geo
