// Where a scene lies on the ground.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "scene/geometry.hpp"
#include "terramask/scene.hpp"

namespace terramask::scene {

/// Scene coordinates to the CRS of the rasters, and on to longitude and latitude (WGS 84).
class SceneFrame {
 public:
  /// @throws Error usage where the CRS is unknown, not projected, not in metres, or not defined at the origin
  explicit SceneFrame(const SceneOptions& options);

  Point projected(Point p) const { return {left_ + p.x, bottom_ + p.y}; }
  const std::string& wkt() const { return wkt_; }
  /// Longitude and latitude in degrees.
  std::vector<Point> geographic(const Line& line) const;

 private:
  double left_, bottom_;
  int epsg_;
  std::string wkt_;
};

}  // namespace terramask::scene
