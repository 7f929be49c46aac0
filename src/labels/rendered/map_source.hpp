// Rendered maps as sources of labels: map images and slippy-map tiles, read by a legend.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "labels/base/label_source.hpp"
#include "labels/rendered/map_block.hpp"

namespace terramask::labels {

/// A line of the legend as the rules file has it.
struct LegendLine {
  std::string color;       ///< "#rrggbb"
  std::string class_name;  ///< empty: the map's own ink
  bool line = false;
  double tolerance = kDefaultTolerance;
  int least_px = kDefaultLeast;
  std::string comment;
};

struct MapSourceKeys final : TypeKeys {
  std::string path;  ///< whatever GDAL opens, "xyz:..." too
  std::vector<LegendLine> legend;
  std::string unexplained = "fill";
  MapReading reading;
  std::int64_t ignore_ring_px = 0;

  void visit(keys::KeyVisitor& v) override;
  void set_path(const std::string& other) override { path = other; }
};

struct MapRuleKeys final : TypeKeys {
  std::vector<std::string> classes;  ///< to paint; empty: all of the legend

  void visit(keys::KeyVisitor& v) override;
};

std::unique_ptr<TypeKeys> map_source_keys();
std::unique_ptr<TypeKeys> map_rule_keys();
std::unique_ptr<LabelSource> open_map_source(SourceContext context);

}  // namespace terramask::labels
