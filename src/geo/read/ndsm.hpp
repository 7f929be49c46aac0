// Height above the terrain: a surface model minus a terrain model.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "geo/read/file_facts.hpp"
#include "geo/read/grid_reader.hpp"

namespace terramask::geo {

/// Metadata of a raster with the single band "ndsm" (Float32, metres) on the surface's grid. Throws mismatch
/// if either does not have one band, the terrain cannot be resampled to the surface's grid, or one declares a
/// height unit other than metres and the other none; unsupported for a unit that is not a length.
FileFacts describe_ndsm(const std::string& dsm, const std::string& dtm);

/// The height band of a surface or terrain model, 1-based.
int height_band(const FileFacts& facts);

/// Opens a reader of the difference. The terrain is resampled to the surface's grid bilinearly (by average if
/// its pixels are smaller). A pixel is invalid if either is.
/// @param plane destination of the band
std::unique_ptr<GridReader> open_ndsm(const FileFacts& facts, std::size_t plane);

}  // namespace terramask::geo
