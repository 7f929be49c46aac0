// The name of a source of slippy-map tiles, used in place of a raster's name:
//
// xyz:LOCATION[#KEY=VALUE&KEY=VALUE...]
//
// LOCATION is a folder of z/x/y.png (or .jpg, .webp), an MBTiles file, or a template of a URL (http, https,
// file) or of a local path, with {z} {x} {y}, {-y} (rows from the south), {q} (quadkey), {s} (subdomain), {r}
// ("@2x" if tile-size is 512) and {env:NAME}, an environment variable, for keys that must not be written
// down. The part after '#' is for Terramask only: URL fragments are never sent.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace terramask::tiles {

enum class Pixels {
  colour,  ///< red, green, blue, alpha, for all types of tiles
  index,   ///< the band of palette or grey tiles unchanged, and alpha: for tiles of class values
};

struct SourceName {
  std::string location;
  std::optional<int> zoom;
  std::optional<std::array<double, 4>> bounds;  ///< xmin, ymin, xmax, ymax
  std::string bounds_crs;                       ///< empty: EPSG:4326
  int tile_size = 0;                            ///< 256, 512, ...; 0: the size of most tiles
  int margin = 0;                               ///< additional tiles read on each side of the bounds
  Pixels pixels = Pixels::colour;
  std::string subdomains = "abc";  ///< "abc", or "mt0,mt1"
  std::string attribution, licence;

  bool operator==(const SourceName&) const = default;
};

/// Whether the name begins with "xyz:".
bool is_source_name(std::string_view name);

/// Throws usage, naming the invalid part and the remedy.
SourceName parse_source_name(const std::string& name);

/// Text that parses to the same name.
std::string to_string(const SourceName& name);

/// Whether the location is a URL of http or https.
bool on_a_server(const SourceName& name);
/// Whether it has placeholders.
bool is_template(const SourceName& name);

}  // namespace terramask::tiles
