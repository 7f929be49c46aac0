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

/// Whether two rasters have the same pixels in the same places (to 1/1000 pixel), so that nothing need be
/// warped. Of two CRSs of which one is local, nothing says that they differ: the same size and place are the
/// same grid.
bool same_grid(const Grid& a, const Grid& b);

/// What a person should know of a raster that is laid over another by that rule; empty where it is not.
std::string local_crs_note(const std::string& path, const Grid& laid, const std::string& onto_path,
                           const Grid& onto);

/// Throws mismatch where a file cannot be laid onto the first one's grid.
void check_stack(std::span<const FileFacts> files);

/// Reads the bands chosen on the grid of the first file. A pixel is invalid where any of them is; bands that
/// are nodata together (validity.hpp) are so over all files of the first one's grid.
/// @param nodata  one for each file
std::unique_ptr<GridReader> open_stack(std::span<const FileFacts> files, std::span<const BandChoice> bands,
                                       std::span<const NodataOption> nodata);

/// How far from the centre of a pixel of the first file's grid the file pixels reach that its values are made
/// of, along columns and rows, in pixels of that grid: a half where nothing is warped.
std::array<double, 2> stack_reach(std::span<const FileFacts> files);

}  // namespace terramask::geo
