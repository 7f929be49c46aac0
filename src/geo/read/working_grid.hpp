// The grid a model sees: the source grid, or one of pixels of the model's ground size.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "terramask/grid.hpp"
#include "terramask/raster_reader.hpp"

namespace terramask::geo {

// Between source pixels and working pixels: a pixel blown up further holds nothing a model could see, and an
// average over more source pixels is an overview's work.
inline constexpr double kMostUp = 64;
inline constexpr double kMostDown = 4096;

struct WorkingGrid {
  Grid grid;
  std::array<double, 2> scale{1, 1};  ///< source pixels per working pixel, along columns and rows
  bool resampled = false;
};

/// Same origin, orientation and CRS as the source; each axis at the model's ground size where either is off
/// by more than 10% (or always, or never). Throws mismatch where the two sizes have nothing to do with each
/// other.
WorkingGrid working_grid(const Grid& source, const std::optional<PixelSize>& ground,
                         const RasterOptions& options, const std::string& name,
                         std::vector<std::string>& warnings);

}  // namespace terramask::geo
