// Overviews made tile by tile: GDAL's own go by full-width strips, whose memory grows with the raster.
#pragma once

#include <gdal_priv.h>

#include <string>

#include "terramask/progress.hpp"

namespace terramask::geo {

enum class Reduction {
  mode,     ///< the value most frequent among four; of several the first, by rows
  average,  ///< rounded to whole numbers where values are; for values 0 and above
};

/// Adds overviews of half, a quarter, ... of the size to a GeoTIFF open for update, down to one that fits
/// into a block, each made from the one before. Nodata weighs nothing: a pixel is nodata where all four are.
/// @tparam T std::uint8_t, std::uint16_t, float (NaN is nodata too)
/// @return what GDAL reported as a failure; empty where all went well. Throws ErrorCode::cancelled on `stop`.
template <class T>
std::string build_overviews(GDALDataset& raster, int block_side, Reduction reduction, T nodata,
                            const ProgressSink& progress, const StopFlag* stop);

}  // namespace terramask::geo
