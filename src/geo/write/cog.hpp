// Writes Cloud Optimized GeoTIFFs with GDAL's COG driver and verifies their contents.
#pragma once

#include <gdal_priv.h>

#include <cstdint>
#include <map>
#include <string>

#include "geo/base/creation_options.hpp"
#include "terramask/grid.hpp"
#include "terramask/progress.hpp"

namespace terramask::geo {

/// Copies `source` into a COG at `path`, including overviews, and closes it.
/// @return GDAL's error message; empty on success. Throws cancelled on `stop`.
std::string write_cog(GDALDataset& source, const std::string& path, const CreationOptions& options,
                      const ProgressSink& progress, const StopFlag* stop);

/// The required properties of a finished raster.
struct CogExpectation {
  Grid grid;
  GDALDataType type = GDT_Byte;
  int bands = 1;
  double nodata = 0;  ///< if not `has_nodata`: the value of pixels that were not written
  std::map<std::string, std::string> metadata;
  bool has_nodata = true;
};

/// Whether the file stores the grid's CRS so that GDAL reads back an equivalent one.
bool holds_crs(const GDALDataset& raster, const Grid& grid);

/// What is wrong with the header of an opened COG; empty if nothing is.
std::string find_header_fault(GDALDataset& raster, const CogExpectation& expected);

struct DigestResult {
  std::uint64_t digest = 0;  ///< ContentDigest of the full resolution
  std::string fault;         ///< why reading failed; empty if it did not
};

/// Reads the whole raster, including overviews, block by block.
template <class T>
DigestResult digest_of(GDALDataset& raster, const Grid& grid, T nodata, const ProgressSink& progress,
                       const StopFlag* stop);

}  // namespace terramask::geo
