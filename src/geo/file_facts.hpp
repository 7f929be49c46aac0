// What one raster file says of itself, and the refusal of what cannot be read honestly.
#pragma once

#include <gdal_priv.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "geo/credits.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

struct BandFacts {
  std::string description;  ///< as the file has it; may be empty
  std::string
      interpretation;  ///< GDAL's colour interpretation in lower case: "red", "gray", "undefined", ...
  GDALDataType type = GDT_Unknown;
  std::string type_name;  ///< GDAL's, and "Int8" for bytes with a sign
  std::optional<double> nodata;
  bool mask_band = false;  ///< has a mask of its own: internal, .msk, or by driver (not from nodata or alpha)
  bool scaled = false;     ///< has a scale or an offset, which reading does not apply

  bool alpha() const { return interpretation == "alpha"; }
  bool palette() const { return interpretation == "palette"; }
  /// Whether a value, read as a float, is the declared nodata.
  bool is_nodata(double value) const {
    return nodata && static_cast<float>(*nodata) == static_cast<float>(value);
  }
};

struct FileFacts {
  std::string path;
  Grid grid;
  std::vector<BandFacts> bands;
  bool per_dataset_mask = false;       ///< the mask bands are one and the same
  std::vector<double> dataset_nodata;  ///< NODATA_VALUES: invalid where every band has its value; else empty
  bool resampling_vrt =
      false;  ///< a VRT that changes pixel sizes: its pixels depend on how they are asked for

  Credits credits;

  /// A surface and the terrain below it, where the one band is their difference (ndsm.hpp); else null.
  std::shared_ptr<const std::array<FileFacts, 2>> heights{};

  std::size_t data_bands() const;
};

/// Throws unsupported for what needs work first (control points or RPCs only, a geolocation array, a singular
/// geotransform), naming the remedy.
FileFacts describe(GDALDataset& dataset, const std::string& path);

}  // namespace terramask::geo
