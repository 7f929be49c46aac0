// A polygon layer, brought into a grid's pixels.
#pragma once

#include <string>
#include <vector>

#include "geo/base/polygons.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

/// Reads the polygons of a file with one layer that has some, in any CRS. Edges are straight in the file's
/// CRS: they are bent in the grid's where that matters (by 1/10 pixel). Throws not_found, format or mismatch.
/// @param warnings things the user should know are added
Polygons read_cutline(const std::string& path, const Grid& grid, std::vector<std::string>& warnings);

}  // namespace terramask::geo
