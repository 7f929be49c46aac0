// Builds overviews tile by tile. GDAL works in full-width strips, whose memory grows with the raster.
#pragma once

#include <gdal_priv.h>

#include <string>

#include "terramask/progress.hpp"

namespace terramask::geo {

enum class Reduction {
  mode,     ///< the most frequent of four values; if tied, the first by rows
  average,  ///< rounded for integer values; for values >= 0
};

/// Adds overviews of half, a quarter, ... of the size to a GeoTIFF open for update, down to one that fits in
/// a block, each computed from the previous one. Nodata has no weight: a pixel is nodata if all four are.
/// @tparam T std::uint8_t, std::uint16_t, float (NaN is nodata too)
/// @return GDAL's error message; empty on success. Throws cancelled on `stop`.
template <class T>
std::string build_overviews(GDALDataset& raster, int block_side, Reduction reduction, T nodata,
                            const ProgressSink& progress, const StopFlag* stop);

}  // namespace terramask::geo
