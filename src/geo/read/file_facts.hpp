// What one raster file says of itself, and the refusal of what cannot be read honestly.
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
  std::string description;  ///< as the file has it; may be empty
  std::string
      interpretation;  ///< GDAL's colour interpretation in lower case: "red", "gray", "undefined", ...
  GDALDataType type = GDT_Unknown;
  std::string type_name;  ///< GDAL's, and "Int8" for bytes with a sign
  std::optional<double> nodata;
  bool mask_band = false;  ///< has a mask of its own: internal, .msk, or by driver (not from nodata or alpha)
  /// What is read is `scale` times the stored value plus `offset`: as the file says, and heights and other
  /// lengths in metres.
  double scale = 1, offset = 0;
  double metres = 1;  ///< in the unit of the values, where that is a length: part of `scale`
  std::string unit;   ///< of the values, as the file has it; may be empty

  void bring_to_metres(const std::string& of_length);

  bool scaled() const { return scale != 1 || offset != 0; }
  /// GDAL's name of the type of what is read: scaled values are no whole numbers any more.
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
  std::string vertical_unit;           ///< of its CRS's heights; may be empty
  std::string ground_unit;             ///< of its projected CRS, where that is another than metres
  bool per_dataset_mask = false;       ///< the mask bands are one and the same
  std::vector<double> dataset_nodata;  ///< NODATA_VALUES: invalid where every band has its value; else empty
  bool resampling_vrt =
      false;  ///< a VRT that changes pixel sizes: its pixels depend on how they are asked for

  bool names_classes = false;  ///< its first band's values have names, as a mask's have

  Credits credits;
  std::vector<std::string> warnings;

  /// A surface and the terrain below it, where the one band is their difference (ndsm.hpp); else null.
  std::shared_ptr<const std::array<FileFacts, 2>> heights{};

  std::size_t data_bands() const;
};

/// Throws unsupported for what needs work first (control points or RPCs only, a geolocation array, a singular
/// geotransform), naming the remedy.
FileFacts describe(GDALDataset& dataset, const std::string& path);

/// What the file calls alpha is a band as any other from now on.
void call_no_alpha(FileFacts& facts);

/// Heights whose band says no unit are in that of the vertical CRS. Any raster may have one, a photograph
/// too: it is for who knows that these are heights, or for a stack, where one band of numbers is taken for
/// such. Throws unsupported for heights whose unit is no length, or is told twice and differs.
void use_vertical_unit(FileFacts& facts, bool heights);

/// Throws unsupported where a band's values cannot be read as what they mean: complex ones, signed bytes, a
/// scale that is no number.
/// @param band 1-based
void check_readable(const FileFacts& facts, int band);

/// The one data band of a mask or label raster, 1-based, to be read as it is stored from now on. Throws
/// mismatch where there are several, and unsupported where its values are complex or scaled.
int class_band(FileFacts& facts);

}  // namespace terramask::geo
