// What a file of OpenStreetMap is, by its content: names may say anything.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace terramask::labels {

struct OsmFile {
  std::string path;
  std::string format;  ///< as libosmium names it: osm, osm.gz, osm.bz2, pbf, o5m
  std::string name;    ///< for messages: the path, or that of the file of which this one is a copy

  bool xml() const { return format.starts_with("osm"); }
  /// Whether GDAL's driver reads the format.
  bool plain() const { return format == "osm" || format == "pbf"; }
};

/// Empty for files of other kinds, and for what is not there.
/// @throws Error unsupported for OpenStreetMap's files of changes, and for what is compressed in another way
/// than gzip's or bzip2's
std::optional<OsmFile> recognise_osm(const std::string& path);

/// Hands over the file's bytes, unpacked, in their order, until `take` returns false.
void read_bytes(const OsmFile& file, const std::function<bool(const std::string&)>& take);

}  // namespace terramask::labels
