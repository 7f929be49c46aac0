// The classes of a mask as GDAL stores them: palette, category names, and JSON in the TIFF's own metadata.
#pragma once

#include <gdal_priv.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "terramask/class_info.hpp"

namespace terramask::geo {

/// The metadata item that preserves the classes of a file renamed without its sidecar.
inline constexpr const char* kClassesItem = "TERRAMASK_CLASSES";

/// Parses "#rrggbb"; empty if the text is anything else.
std::optional<std::array<std::uint8_t, 3>> parse_color(const std::string& text);

/// Throws usage for an empty list, duplicate or negative values, values that no mask can store, and invalid
/// colours.
void check_classes(std::span<const ClassInfo> classes);

/// 255 if a Byte can also hold all classes, else 65535 (UInt16).
int nodata_for(std::span<const ClassInfo> classes);

std::unique_ptr<GDALColorTable> palette(std::span<const ClassInfo> classes);

/// One name per value from 0 to the largest; empty for values without a class.
std::vector<std::string> category_names(std::span<const ClassInfo> classes);

/// [{"value": 0, "name": "background", "color": "#000000"}, ...]
std::string classes_as_json(std::span<const ClassInfo> classes);

/// The classes of a raster: from its own metadata, else from category names and palette; may be empty.
std::vector<ClassInfo> read_classes(GDALDataset& raster);

/// "#rrggbb" of a value in the first band's palette; empty if it has none.
std::string palette_color(GDALDataset& raster, int value);

}  // namespace terramask::geo
