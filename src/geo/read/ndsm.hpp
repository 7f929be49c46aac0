// Height above the terrain: a surface model minus a terrain model.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "geo/read/file_facts.hpp"
#include "geo/read/grid_reader.hpp"

namespace terramask::geo {

/// Facts of a raster with the one band "ndsm" (Float32, metres) on the surface's grid.
/// Throws mismatch where one of the two has not one band, the terrain cannot be laid onto the surface, or one
/// says its heights are in another unit than metres and the other says nothing; unsupported for a unit that
/// is no length.
FileFacts describe_ndsm(const std::string& dsm, const std::string& dtm);

/// The band of a surface or a terrain that holds its heights, 1-based.
int height_band(const FileFacts& facts);

/// Reads them. The terrain is laid onto the surface's grid bilinearly (by average where its pixels are the
/// smaller ones); a pixel is invalid where either is.
/// @param plane where the band goes
std::unique_ptr<GridReader> open_ndsm(const FileFacts& facts, std::size_t plane);

}  // namespace terramask::geo
