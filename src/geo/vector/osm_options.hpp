// Options of GDAL's OSM driver: which tags are fields, and where it stores what exceeds its memory.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace terramask::geo {

/// Whether GDAL would read the file with its OSM driver (.osm, .osm.pbf).
bool is_osm(const std::string& path);

/// Whether it is one of the OSM keys that are fields of the layers of every OSM file.
bool is_usual_key(std::string_view key);

/// The contents of an osmconf.ini. The tags that matter on the ground are fields of every layer, under their
/// own names ("building:levels" in double quotes in OGR SQL). Closed ways are areas if the community regards
/// them as such (https://wiki.openstreetmap.org/wiki/Key:area) or if tagged area=yes.
/// @param tags further keys
std::string osm_config(std::span<const std::string> tags);

/// Writes the configuration into `scratch` and returns the driver's open options.
/// @param memory bytes for nodes and ways before they are stored in files
std::vector<std::string> osm_open_options(const std::string& scratch, std::span<const std::string> tags,
                                          std::uint64_t memory);

/// Maximum size of the temporary files for reading a file of `bytes` (a .pbf, else XML), with `memory` bytes
/// kept in memory.
std::uint64_t osm_scratch_bytes(bool pbf, std::uint64_t bytes, std::uint64_t memory);

/// During its lifetime, GDAL creates this thread's temporary files in `folder`.
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
