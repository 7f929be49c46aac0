// Metadata that GDAL stores in a GeoTIFF's sidecar, where a failed write is not reported.
#pragma once

#include <gdal_rat.h>

#include <memory>
#include <string>
#include <vector>

#include "geo/base/gdal_support.hpp"

namespace terramask::geo {

/// Category names and attribute tables of all bands.
class Decoration {
 public:
  Decoration() = default;
  explicit Decoration(GDALDataset& raster);

  /// Whether `raster`, opened again, has the same metadata.
  bool stands_in(GDALDataset& raster) const;

 private:
  struct Band {
    std::vector<std::string> categories;
    std::unique_ptr<GDALRasterAttributeTable> table;  ///< null: none
  };
  std::vector<Band> bands_;
};

}  // namespace terramask::geo
