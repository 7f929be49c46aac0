// Lists the rasters of a region from patterns, tile indexes and STAC items.
#pragma once

#include <string>
#include <vector>

namespace terramask {

/// One entry of a region's sources.
struct SourceSpec {
  /// raster: a file, a folder, a pattern or a list (raster_names.hpp), or a name that GDAL opens ("xyz:...",
  /// "/vsicurl/...", a VRT);
  /// tile_index: a vector layer with a field that names rasters (`gdaltindex`);
  /// stac: a STAC item, a collection of items, or a list of them, as JSON.
  enum class Kind { raster, tile_index, stac };
  Kind kind = Kind::raster;
  std::string path{};
  std::string layer{};       ///< tile_index: empty: the only one
  std::string location{};    ///< tile_index: the field with the path; empty: "location"
  std::string date_field{};  ///< tile_index: the field with a date; empty: none
  std::string asset{};       ///< stac: empty: the first that is a raster
  bool recursive = false;    ///< raster: of a folder the subfolders too
  std::string date{};        ///< raster: when it was taken, ISO 8601; empty: what the file says
};

struct ListedSource {
  std::string path;
  std::string date;  ///< ISO 8601; empty where it is unknown
  bool operator==(const ListedSource&) const = default;
};

/// In the order of the entries; matches of a pattern in that of their names (by bytes); each path once, where
/// it stands first. Paths in a tile index or STAC item that are not absolute begin at that file's folder, or,
/// where there is no such file, at the working folder (as GDAL's tools have it).
/// @throws Error not_found (a pattern without a match, no such file), format (no STAC, no such field), usage
std::vector<ListedSource> list_sources(const std::vector<SourceSpec>& specs);

/// The kind of a path given on a command line, from its extension and contents.
SourceSpec guess_source(const std::string& path);

}  // namespace terramask
