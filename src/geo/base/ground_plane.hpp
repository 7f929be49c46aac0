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

/// Transverse Mercator planes (Karney's, as PROJ has it) around the places that are asked for, on the
/// ellipsoid of the geometries' own CRS. They are conformal, so a buffer is as wide in every direction; 50 km
/// from its middle a plane is wrong by 3e-5 of a width.
class GroundPlane {
 public:
  /// `path` and `grid` outlive it. Throws mismatch where one of the two has no place on Earth.
  GroundPlane(const std::string& crs, const std::string& path, const Grid& grid);

  /// The geometry around which all points lie within `metres` of those of `geometry`, in pixels of the grid.
  /// Ends and corners are round. Lines are straight in their own CRS.
  void add_buffer(const OGRGeometry& geometry, double metres, Polygons& polygons);

  /// Geometries with a point that has no place in their plane, left out.
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
