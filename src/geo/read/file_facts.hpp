// The metadata of one raster file, and checks that reject what cannot be read correctly.
#pragma once

#include <gdal_priv.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "geo/read/credits.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

struct BandFacts {
  std::string description;  ///< as in the file; may be empty
  std::string
      interpretation;  ///< GDAL's colour interpretation in lower case: "red", "gray", "undefined", ...
  GDALDataType type = GDT_Unknown;
  std::string type_name;  ///< GDAL's, or "Int8" for signed bytes
  std::optional<double> nodata;
  bool mask_band = false;  ///< has its own mask: internal, .msk, or by driver (not from nodata or alpha)
  /// A value read is `scale` times the stored value plus `offset`: as in the file, with heights and other
  /// lengths converted to metres.
  double scale = 1, offset = 0;
  double metres = 1;  ///< per unit of the values, if they are lengths: included in `scale`
  std::string unit;   ///< of the values, as in the file; may be empty

  void bring_to_metres(const std::string& of_length);

  bool scaled() const { return scale != 1 || offset != 0; }
  /// GDAL's name of the type of the values read: scaled values are no longer integers.
  std::string value_type() const { return scaled() ? "Float32" : type_name; }
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
  std::string vertical_unit;           ///< of its vertical CRS; may be empty
  std::string ground_unit;             ///< of its projected CRS, if not metres
  bool per_dataset_mask = false;       ///< the bands share one mask
  std::vector<double> dataset_nodata;  ///< NODATA_VALUES: invalid where every band has its value; else empty
  bool resampling_vrt =
      false;  ///< a VRT that changes pixel sizes: its pixel values depend on the windows read

  bool names_classes = false;  ///< the values of its first band have names, as a mask's have

  Credits credits;
  std::vector<std::string> warnings;

  /// A surface and a terrain model, if the only band is their difference (ndsm.hpp); else null.
  std::shared_ptr<const std::array<FileFacts, 2>> heights{};

  std::size_t data_bands() const;
};

/// Throws unsupported for rasters that need preprocessing (only control points or RPCs, a geolocation array,
/// a singular geotransform), naming the remedy.
FileFacts describe(GDALDataset& dataset, const std::string& path);

/// From now on, treats alpha bands as data bands.
void call_no_alpha(FileFacts& facts);

/// Uses the unit of the vertical CRS for heights whose band declares none. Any raster may have a vertical
/// CRS, even a photograph, so call this only if these are known to be heights, or for a stack, where a single
/// numeric band is assumed to hold heights. Throws unsupported for heights whose unit is not a length, or is
/// declared twice and differs.
void use_vertical_unit(FileFacts& facts, bool heights);

/// Throws unsupported if a band's values cannot be interpreted: complex values, signed bytes, a scale of
/// 0, a scale or offset that is not finite.
/// @param band 1-based
void check_readable(const FileFacts& facts, int band);

/// The single data band of a mask or label raster, 1-based; from now on it is read as stored. Throws mismatch
/// if there are several, and unsupported if its values are complex or scaled.
int class_band(FileFacts& facts);

}  // namespace terramask::geo
