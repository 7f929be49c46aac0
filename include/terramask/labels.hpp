// Training labels from maps: vector files and rendered maps, painted onto the grid of an image by rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "terramask/class_info.hpp"
#include "terramask/grid.hpp"
#include "terramask/output.hpp"
#include "terramask/progress.hpp"

namespace terramask {

struct LabelsOptions {
  std::string rules;  ///< the rules file (JSON, schemas/rules.schema.json); empty: `burns`
  /// In place of a rules file: "FILE[#layer=NAME]=CLASS[:WIDTH]", later ones over earlier ones.
  std::vector<std::string> burns;
  std::string like;    ///< the image whose grid is taken
  std::string crs;     ///< of the image, where it has none (EPSG:..., WKT)
  std::string output;  ///< a Cloud Optimized GeoTIFF, as masks are
  /// Paths of sources in place of those in the rules file: name, path.
  std::vector<std::pair<std::string, std::string>> source_paths;
  std::vector<std::string> creation_options;
  bool overwrite = false;
  bool allow_empty = false;  ///< write labels on which nothing is painted; else they are a mismatch
  std::string scratch;       ///< folder for temporary files; empty: the output's
  /// What reading and painting may hold in memory before it goes to the scratch folder, bytes.
  std::uint64_t memory = std::uint64_t{512} << 20;
};

struct RuleSummary {
  std::string name;            ///< "rules[2]: road from osm"
  std::uint64_t features = 0;  ///< that matched and lie on the image; 0 for sources without features
  std::uint64_t pixels = 0;    ///< that it painted, whatever was painted over it later
};

struct LabelsSummary {
  Grid grid;
  std::vector<std::pair<ClassInfo, std::uint64_t>> counts;  ///< pixels of each class
  std::uint64_t ignored = 0;                                ///< pixels that are nodata
  std::vector<RuleSummary> rules;
  std::vector<std::string> warnings;
  std::vector<std::string> notes;    ///< what sources tell of their reading
  std::vector<std::string> credits;  ///< "(c) OpenStreetMap contributors (ODbL-1.0)"
  std::uint64_t features_read = 0;   ///< that were near the image
  std::uint64_t objects_read = 0;    ///< nodes, ways and relations of OSM files
  std::uint64_t bytes_read = 0;      ///< of the sources' files
  double read_seconds = 0;
  double seconds = 0;
};

struct LabelsEstimate {
  Grid grid;
  std::vector<ClassInfo> classes;
  std::vector<std::string> rules;    ///< in the order of painting
  std::vector<std::string> sources;  ///< "osm: streets.osm.pbf (OSM, 52.1 MB)"
  DiskEstimate disk;                 ///< of the output
  std::uint64_t scratch_bytes = 0;   ///< at most
  std::uint64_t scratch_free = 0;
  std::vector<std::string> warnings;
};

/// Checks everything that can be checked before the sources are read. Throws usage, not_found, format,
/// mismatch, exists, io.
LabelsEstimate estimate_labels(const LabelsOptions& options);

/// Paints the labels; the output stands there whole or not at all. Memory is bounded by `memory` and GDAL's
/// block cache, whatever the size of image and sources.
/// @param progress phases "checking FILE", "reading FILE", "painting", and those of MaskWriter; may be empty
/// @param stop     may be null
LabelsSummary make_labels(const LabelsOptions& options, const ProgressSink& progress, const StopFlag* stop);

}  // namespace terramask
