// Writes windows of a grid as polygons with attributes to a GeoPackage.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "geo/base/field.hpp"
#include "terramask/grid.hpp"
#include "terramask/progress.hpp"

namespace terramask::geo {

struct WindowField {
  std::string name;
  std::string alias{};              ///< a description with its unit, for the user; may be empty
  std::optional<FieldType> type{};  ///< empty: that of the value in the first row
};

struct WindowRow {
  Window window;
  std::vector<FieldValue> values;  ///< one per field
};

struct WindowLayer {
  std::string name;
  std::vector<WindowField> fields{};
  std::vector<WindowRow> rows{};
  std::string description{};
  std::string style{};  ///< StyleElements::vectors; empty: none
};

/// Writes a GeoPackage of one layer, whole or not at all. Without a CRS, the polygons are in the grid's own
/// coordinates; without georeferencing, in pixels with y up. Throws exists (unless `overwrite`), io with
/// GDAL's message, unsupported without a GeoPackage driver.
void write_window_layer(const std::string& path, const WindowLayer& layer, const Grid& grid, bool overwrite,
                        const StopFlag* stop);

}  // namespace terramask::geo
