// Polygons and points that an attribute gives a label, brought into a grid's pixels.
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
  std::optional<Point> pixel;  ///< 0.5, 0.5 is the first pixel's centre; empty: no place in the grid's CRS
};

struct LabelLayer {
  /// In the file's order; features of one label that follow each other are together. Where polygons overlap
  /// the later one wins.
  std::vector<LabelledPolygons> polygons;
  std::vector<LabelledPoint> points;
  std::uint64_t unlabelled = 0;            ///< features whose attribute is empty, left out
  std::uint64_t points_without_place = 0;  ///< in the grid's CRS
  std::uint64_t shapes_cut_off = 0;        ///< see PolygonProjection::cut_off
  std::vector<std::string> notes;          ///< what was taken for granted, for people
};

struct LabelLayerOptions {
  std::string path;
  std::string layer;      ///< empty: the only one
  std::string attribute;  ///< the field that holds the label, as text or number
};

/// Reads one layer of polygons or points, in any CRS.
/// @throws Error usage (no attribute named, several layers), not_found (no such layer or attribute; those
/// that
///         there are are listed), mismatch (no polygon or point, the grid has no place on the ground),
///         format, io
LabelLayer read_label_layer(const LabelLayerOptions& options, const Grid& grid, const std::string& grid_name);

}  // namespace terramask::geo
