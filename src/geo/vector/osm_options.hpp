// How GDAL's OSM driver is to read: which tags are fields, and where it keeps what does not fit into memory.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace terramask::geo {

/// Whether GDAL would read the file with its OSM driver (.osm, .osm.pbf).
bool is_osm(const std::string& path);

/// Whether it is one of the OSM keys that are fields of every OSM file's layers.
bool is_usual_key(std::string_view key);

/// The text of an osmconf.ini: the tags that matter on the ground are fields of every layer, under their own
/// names
/// ("building:levels" in double quotes in OGR SQL); closed ways are areas where the community takes them for
/// such (https://wiki.openstreetmap.org/wiki/Key:area), or where they say area=yes.
/// @param tags further keys
std::string osm_config(std::span<const std::string> tags);

/// Writes the configuration into `scratch` and returns the driver's open options.
/// @param memory bytes that nodes and ways may take before they go to files
std::vector<std::string> osm_open_options(const std::string& scratch, std::span<const std::string> tags,
                                          std::uint64_t memory);

/// Most bytes of temporary files that reading a file of `bytes` (a .pbf, else XML) takes, with `memory` bytes
/// held in memory.
std::uint64_t osm_scratch_bytes(bool pbf, std::uint64_t bytes, std::uint64_t memory);

/// While it lives, temporary files that GDAL makes on this thread lie in `folder`.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::string& folder);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

 private:
  std::string before_;
  bool had_ = false;
};

}  // namespace terramask::geo
