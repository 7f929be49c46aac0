// Describes a raster, for people and scripts.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "terramask/class_info.hpp"
#include "terramask/grid.hpp"
#include "terramask/raster_reader.hpp"

namespace terramask {

struct RasterBandInfo {
  std::string name;            ///< its description, or its colour interpretation; may be empty
  std::string interpretation;  ///< "red", "gray", "alpha", "undefined", ...
  std::string type;            ///< GDAL's name
  std::optional<double> nodata;
  double scale = 1, offset = 0;  ///< as the file has them
  std::string unit;              ///< of the values; may be empty
  bool mask_band = false;        ///< has a mask of its own
};

struct RasterInfo {
  std::string path;
  std::string driver;  ///< GDAL's short name: "GTiff"
  Grid grid;
  std::string crs;                               ///< "EPSG:32633", a name, or empty
  std::array<double, 4> extent{};                ///< xmin, ymin, xmax, ymax in its CRS (all four corners)
  std::optional<std::array<double, 4>> lon_lat;  ///< in degrees, east beyond 180 where it is across; or empty
  std::optional<PixelSize> pixel_size;           ///< on the ground, metres
  std::vector<RasterBandInfo> bands;             ///< with those that heights add ("ndsm")
  std::array<int, 2> block{};
  int overviews = 0;
  std::vector<ClassInfo> classes;  ///< of a mask or label raster; may be empty
  Credits credits;
  std::map<std::string, std::string> made_by;  ///< Terramask's own metadata, without its prefix
  std::vector<std::string> notes;              ///< what a user should know before using it
  std::string cannot_segment;                  ///< why RasterReader would refuse its georeferencing; or empty
};

/// Throws not_found, format.
/// @param raster how to read it, for the notes; its `paths` are ignored
RasterInfo describe_raster(const std::string& path, const RasterOptions& raster = {});

}  // namespace terramask
