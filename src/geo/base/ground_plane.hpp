// Planes in which lengths are metres on the ground.
#pragma once

#include <ogr_geometry.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "geo/base/crs.hpp"
#include "geo/base/polygon_projection.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

/// Transverse Mercator planes (Karney's, as implemented in PROJ) around the requested places, on the
/// ellipsoid of the geometries' own CRS. They are conformal, so a buffer is equally wide in every direction.
/// 50 km from the centre of a plane, the error is 3e-5 of the width.
class GroundPlane {
 public:
  /// `path` and `grid` must outlive the object. Throws mismatch if either CRS is not tied to the Earth.
  GroundPlane(const std::string& crs, const std::string& path, const Grid& grid);

  /// Adds the area within `metres` of `geometry`, in pixels of the grid. Ends and corners are round. Lines
  /// are straight in their own CRS.
  void add_buffer(const OGRGeometry& geometry, double metres, Polygons& polygons);

  /// Number of geometries skipped because a point cannot be transformed to their plane.
  std::uint64_t lost() const { return lost_; }

 private:
  struct Plane {
    CrsTransform to_plane;
    PolygonProjection to_grid;
  };
  Plane& plane_around(const OGRGeometry& geometry);

  std::string crs_;
  const std::string& path_;
  const Grid& grid_;
  CrsTransform geographic_;
  OGRSpatialReference ellipsoid_;
  std::map<std::pair<int, int>, std::unique_ptr<Plane>> planes_;
  std::uint64_t lost_ = 0;
};

}  // namespace terramask::geo
