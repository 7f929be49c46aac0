// Reads a polygon layer into a grid's pixels.
#pragma once

#include <string>
#include <vector>

#include "geo/base/polygons.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

/// Reads the polygons of a file in which one layer has polygons, in any CRS. Edges are straight in the file's
/// CRS; they are densified where they deviate by 1/10 pixel in the grid's. Throws not_found, format or
/// mismatch.
/// @param warnings warnings for the user are appended
Polygons read_cutline(const std::string& path, const Grid& grid, std::vector<std::string>& warnings);

}  // namespace terramask::geo
