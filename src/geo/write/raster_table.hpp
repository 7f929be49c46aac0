// The raster attribute table of a mask.
#pragma once

#include <gdal_rat.h>

#include <memory>
#include <span>

#include "geo/write/class_tally.hpp"

namespace terramask::geo {

/// One row per class, by value: Value, Class, Red, Green, Blue, PixelCount, Area_m2, Area_ha. Areas are
/// omitted if unknown.
std::unique_ptr<GDALDefaultRasterAttributeTable> raster_table(std::span<const ClassInfo> classes,
                                                              const ClassTally& tally);

}  // namespace terramask::geo
