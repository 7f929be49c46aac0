// Several rasters as the bands of one.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "geo/read/bands.hpp"
#include "geo/read/file_facts.hpp"
#include "geo/read/grid_reader.hpp"
#include "geo/read/validity.hpp"

namespace terramask::geo {

/// Whether two rasters have the same pixels in the same places (to 1/1000 pixel), so that no warping is
/// needed. If one of two CRSs is local, they are not known to differ: the same size and position are the same
/// grid.
bool same_grid(const Grid& a, const Grid& b);

/// A note for the user on a raster laid over another by that rule; else empty.
std::string local_crs_note(const std::string& path, const Grid& laid, const std::string& onto_path,
                           const Grid& onto);

/// Throws mismatch if a file cannot be laid onto the first one's grid.
void check_stack(std::span<const FileFacts> files);

/// Reads the chosen bands on the grid of the first file. A pixel is invalid if any of them is; bands that are
/// nodata only together (validity.hpp) are combined over all files on the first one's grid.
/// @param nodata  one per file
std::unique_ptr<GridReader> open_stack(std::span<const FileFacts> files, std::span<const BandChoice> bands,
                                       std::span<const NodataOption> nodata);

/// Maximum distance from the centre of a pixel of the first file's grid to the source pixels that contribute
/// to it, along columns and rows, in pixels of that grid: a half if nothing is warped.
std::array<double, 2> stack_reach(std::span<const FileFacts> files);

}  // namespace terramask::geo
