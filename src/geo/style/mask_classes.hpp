// The classes of a mask, as GDAL holds them: palette, category names, and JSON in the TIFF's own metadata.
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

/// The metadata item that keeps the classes where a renamed file forgets its sidecar.
inline constexpr const char* kClassesItem = "TERRAMASK_CLASSES";

/// "#rrggbb"; empty where it is something else.
std::optional<std::array<std::uint8_t, 3>> parse_color(const std::string& text);

/// Throws ErrorCode::usage for no classes, equal or negative values, values no mask can hold, bad colours.
void check_classes(std::span<const ClassInfo> classes);

/// 255 where a Byte holds all classes beside it, else 65535 (UInt16).
int nodata_for(std::span<const ClassInfo> classes);

std::unique_ptr<GDALColorTable> palette(std::span<const ClassInfo> classes);

/// One name for each value from 0 to the largest; empty where no class has that value.
std::vector<std::string> category_names(std::span<const ClassInfo> classes);

/// [{"value": 0, "name": "background", "color": "#000000"}, ...]
std::string classes_as_json(std::span<const ClassInfo> classes);

/// The classes of a raster: from its own metadata, else from category names and palette; may be empty.
std::vector<ClassInfo> read_classes(GDALDataset& raster);

/// "#rrggbb" of a value in the first band's palette; empty where it has none.
std::string palette_color(GDALDataset& raster, int value);

}  // namespace terramask::geo
