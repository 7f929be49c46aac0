// Paints the features of a vector layer onto a raster of levels.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "geo/base/ground_plane.hpp"
#include "geo/base/polygon_projection.hpp"
#include "geo/vector/level_raster.hpp"

namespace terramask::geo {

struct FeatureStyle {
  double width_m = 0;    ///< of lines; points become discs, polygons grow by half of it on every side
  bool touched = false;  ///< paint every touched pixel, not only those whose centre is inside
  std::uint16_t level = 0;
  double ring_m = 0;  ///< width of the ring around the shape
  std::uint16_t ring_level = 0;
  std::span<const std::uint32_t> gaps{};  ///< points of a line after which it is interrupted
};

class FeaturePainter {
 public:
  /// @param crs of the features (WKT; empty: the grid's). `path`, `grid` and `raster` must outlive the
  /// object.
  FeaturePainter(const std::string& crs, const std::string& path, const Grid& grid, LevelRaster& raster);

  /// Invalid geometries (with a self-intersecting boundary) are repaired.
  /// @return number of pixels covered, without the ring
  std::uint64_t paint(const OGRGeometry& geometry, const FeatureStyle& style);

  /// Lines need only be painted near this box, in the features' CRS.
  void keep_near(const std::array<double, 4>& box) { near_ = box; }

  std::uint64_t repaired() const { return repaired_; }
  /// Number of shapes that reach to where the grid's CRS is undefined.
  std::uint64_t cut_off() const { return projection_.cut_off() + (plane_ ? plane_->lost() : 0); }

 private:
  GroundPlane& plane();

  std::string crs_;
  const std::string& path_;
  const Grid& grid_;
  LevelRaster& raster_;
  PolygonProjection projection_;
  std::optional<GroundPlane> plane_;
  std::optional<std::array<double, 4>> near_;
  std::uint64_t repaired_ = 0;
};

}  // namespace terramask::geo
