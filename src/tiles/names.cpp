// The part of the public header that is about names alone.
#include <algorithm>
#include <cmath>

#include "terramask/tiles.hpp"
#include "tiles/redact.hpp"
#include "tiles/source_name.hpp"

namespace terramask {
namespace {

bool can_be_degrees(const std::array<double, 4>& b) {
  return std::abs(b[0]) <= 180 && std::abs(b[2]) <= 180 && std::abs(b[1]) <= 90 && std::abs(b[3]) <= 90;
}

}  // namespace

bool is_tile_source(const std::string& name) {
  return tiles::is_source_name(name);
}

std::string without_secrets(const std::string& text) {
  return tiles::without_secrets(text);
}

std::string with_extent(const std::string& name, std::optional<int> zoom,
                        const std::optional<std::array<double, 4>>& bounds, const std::string& bounds_crs) {
  if (!is_tile_source(name)) return name;
  tiles::SourceName parsed = tiles::parse_source_name(name);
  if (!parsed.zoom) parsed.zoom = zoom;
  if (!parsed.bounds && bounds && tiles::on_a_server(parsed)) {
    parsed.bounds = bounds;
    parsed.bounds_crs = !bounds_crs.empty() ? bounds_crs : can_be_degrees(*bounds) ? "" : "EPSG:3857";
  }
  return tiles::to_string(parsed);
}

}  // namespace terramask
