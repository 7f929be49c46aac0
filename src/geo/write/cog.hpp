// Cloud Optimized GeoTIFFs by GDAL's COG driver, and the proof that they hold what they should.
#pragma once

#include <gdal_priv.h>

#include <cstdint>
#include <map>
#include <string>

#include "geo/base/creation_options.hpp"
#include "terramask/grid.hpp"
#include "terramask/progress.hpp"

namespace terramask::geo {

/// Copies `source` into a COG at `path`, overviews and all, and closes it.
/// @return what GDAL reported as a failure; empty where all went well. Throws ErrorCode::cancelled on `stop`.
std::string write_cog(GDALDataset& source, const std::string& path, const CreationOptions& options,
                      const ProgressSink& progress, const StopFlag* stop);

/// What a finished raster must be.
struct CogExpectation {
  Grid grid;
  GDALDataType type = GDT_Byte;
  int bands = 1;
  double nodata = 0;  ///< without `has_nodata`, what pixels that were not written hold
  std::map<std::string, std::string> metadata;
  bool has_nodata = true;
};

/// Whether the file holds the grid's CRS so that GDAL reads an equivalent one back.
bool holds_crs(const GDALDataset& raster, const Grid& grid);

/// What is wrong with the header of an opened COG; empty where nothing is.
std::string find_header_fault(GDALDataset& raster, const CogExpectation& expected);

struct DigestResult {
  std::uint64_t digest = 0;  ///< ContentDigest of the full resolution
  std::string fault;         ///< why reading failed; empty where it did not
};

/// Reads all of the raster, overviews too, block by block.
template <class T>
DigestResult digest_of(GDALDataset& raster, const Grid& grid, T nodata, const ProgressSink& progress,
                       const StopFlag* stop);

}  // namespace terramask::geo
