// The functions of the public header that only involve names.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string_view>

#include "terramask/tiles.hpp"
#include "tiles/redact.hpp"
#include "tiles/source_name.hpp"

namespace terramask {

bool can_be_degrees(const std::array<double, 4>& b) {
  // Longitudes may exceed 180 degrees if the bounds cross the 180th meridian.
  return std::abs(b[0]) <= 360 && std::abs(b[2]) <= 360 && std::abs(b[1]) <= 90 && std::abs(b[3]) <= 90;
}

bool is_tile_source(const std::string& name) {
  return tiles::is_source_name(name);
}

std::string with_tile_path(const std::string& name,
                           const std::function<std::string(const std::string& path)>& change) {
  if (!is_tile_source(name)) return name;
  tiles::SourceName parsed = tiles::parse_source_name(name);
  if (tiles::on_a_server(parsed) || parsed.location.starts_with("file://")) return name;
  parsed.location = change(parsed.location);
  return tiles::to_string(parsed);
}

std::string raster_stem(const std::string& name) {
  namespace fs = std::filesystem;
  if (!is_tile_source(name)) return fs::path(name).stem().string();
  const tiles::SourceName parsed = tiles::parse_source_name(name);
  std::string location = parsed.location;
  const std::size_t scheme = location.find("://");
  if (scheme != std::string::npos) {
    location = location.substr(scheme + 3);
    location = location.substr(0, location.find_first_of("/?"));
    location = location.substr(location.rfind('@') + 1);
    for (const char* part : {"{s}.", "{s}"})
      if (const std::size_t at = location.find(part); at != std::string::npos)
        location.erase(at, std::string_view(part).size());
    std::replace(location.begin(), location.end(), ':', '_');
    return location;
  }
  fs::path path = fs::path(location.substr(0, location.find('{')) + "x").parent_path();
  if (!tiles::is_template(parsed)) path = fs::path(location).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  const fs::path name_of = path.extension() == ".mbtiles" ? path.stem() : path.filename();
  return name_of.empty() ? "tiles" : name_of.string();
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
