// An OSM file as a source: checked, copied where GDAL would not read it as it is meant, read with the tags as
// fields, cut ways drawn as far as they go.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "geo/vector/osm_options.hpp"
#include "labels/vector/osm_check.hpp"

namespace terramask::labels {

inline constexpr const char* kOsmAttribution = "(c) OpenStreetMap contributors";
inline constexpr const char* kOsmLicence = "ODbL-1.0, https://www.openstreetmap.org/copyright";

class OsmInput {
 public:
  /// @param scratch a folder of its own, made when it is needed
  OsmInput(OsmFile file, std::string scratch, std::uint64_t memory);

  /// A file without objects: it has the layers and fields that every OSM file has.
  std::string empty_file() const;
  /// What GDAL is to read, once it is checked: the file or a copy.
  const std::string& readable() const { return readable_; }
  /// For GDAL's driver.
  std::vector<std::string> open_options(const std::vector<std::string>& tags) const;
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t scratch_bytes() const;

  /// Throws what check_osm does, and io where the scratch folder has too little room for reading.
  void check(const ProgressSink& progress, const StopFlag* stop);
  const OsmFacts& facts() const { return facts_; }

  /// Where a way that lacks nodes is to be parted; empty for others. Counts it.
  const std::vector<std::uint32_t>* cut(const std::string& way_id);

  /// What is to be told of it once it is read.
  std::vector<std::string> warnings() const;

 private:
  void check_room(std::uint64_t needed) const;

  OsmFile file_;
  std::string scratch_, readable_;
  std::uint64_t memory_;
  std::uint64_t bytes_ = 0;
  OsmFacts facts_;
  std::uint64_t cut_features_ = 0;
};

}  // namespace terramask::labels
