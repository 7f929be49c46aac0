// Reads polygons and points that have a label attribute into a grid's pixels.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "geo/base/polygons.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

struct LabelledPolygons {
  std::string label;
  Polygons polygons;
  std::uint64_t features = 0;
};

struct LabelledPoint {
  std::string label;
  std::optional<Point> pixel;  ///< (0.5, 0.5) is the centre of the first pixel; empty if it cannot be
                               ///< transformed to the grid's CRS
};

struct LabelLayer {
  /// In the file's order; consecutive features with the same label are merged. Where polygons overlap, the
  /// later one wins.
  std::vector<LabelledPolygons> polygons;
  std::vector<LabelledPoint> points;
  std::uint64_t unlabelled = 0;            ///< features skipped because the attribute is empty
  std::uint64_t points_without_place = 0;  ///< in the grid's CRS
  std::uint64_t shapes_cut_off = 0;        ///< see PolygonProjection::cut_off
  std::vector<std::string> notes;          ///< assumptions, for the user
};

struct LabelLayerOptions {
  std::string path;
  std::string layer;      ///< empty: the only one
  std::string attribute;  ///< the field that contains the label, as text or number
};

/// Reads one layer of polygons or points, in any CRS.
/// @throws Error usage (no attribute specified, several layers), not_found (no such layer or attribute; the
/// existing ones are listed), mismatch (no polygon or point, the grid is not georeferenced), format, io
LabelLayer read_label_layer(const LabelLayerOptions& options, const Grid& grid, const std::string& grid_name);

}  // namespace terramask::geo
