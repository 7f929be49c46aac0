// A generated town drawn as a web map: antialiased, with outlines, names, icons, and the truth beneath it
// all.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "labels/rendered/legend.hpp"

namespace web_map {

using terramask::labels::LegendEntry;
using terramask::labels::Rgb;

/// Classes of the truth.
enum Class : std::uint8_t { none, ground, road, building, water, vegetation };

struct Style {
  Rgb land, residential, commercial, park, forest, field, water, building, building_outline, road, major_road,
      road_casing, major_casing, name, halo, place_name, icon;
  /// Widths with casings: those of openstreetmap-carto at zoom 18.
  double road_px = 13, major_px = 21, service_px = 8.5, casing_px = 0.9;
  bool casing_is_road = true;  ///< else it is a shadow beside it
  bool names = true;
};

/// As the standard style of OpenStreetMap has it (openstreetmap-carto), at zoom 18.
Style carto_style();
/// White roads among pale tints, without outlines worth the name.
Style pale_style();
/// What the styles' colours mean; names and icons are in no legend.
std::vector<LegendEntry> legend_of(const Style& style, double tolerance);

struct Map {
  int size = 0;
  std::vector<Rgb> pixels;
  std::vector<std::uint8_t> truth;     ///< Class of the geometry at each pixel's centre
  std::vector<std::uint8_t> lettered;  ///< 1 where a name or an icon touches the pixel
};

/// @param size in pixels of 0.6 m
Map draw(std::uint64_t seed, int size, const Style& style);

/// Writes it with GDAL: "JPEG" at a quality, or "PNG" (quality 0).
void save(const std::vector<Rgb>& pixels, int width, const std::string& path, int jpeg_quality);
void save(const Map& map, const std::string& path, int jpeg_quality);

}  // namespace web_map
