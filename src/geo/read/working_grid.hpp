// The grid that a model reads: the source grid, or one with pixels of the model's ground size.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "terramask/grid.hpp"
#include "terramask/raster_reader.hpp"

namespace terramask::geo {

// Limits of the ratio of source to working pixels. Source pixels enlarged further show nothing that a model
// could see; averaging more of them is the purpose of overviews.
inline constexpr double kMostUp = 64;
inline constexpr double kMostDown = 4096;

struct WorkingGrid {
  Grid grid;
  std::array<double, 2> scale{1, 1};  ///< source pixels per working pixel, along columns and rows
  bool resampled = false;
};

/// Same origin, orientation and CRS as the source. Both axes have the model's ground size if either is off by
/// more than 10% (or always, or never). Throws mismatch if the two sizes are too far apart.
WorkingGrid working_grid(const Grid& source, const std::optional<PixelSize>& ground,
                         const RasterOptions& options, const std::string& name,
                         std::vector<std::string>& warnings);

}  // namespace terramask::geo
