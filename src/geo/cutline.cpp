#include "geo/cutline.hpp"

#include <ogrsf_frmts.h>

#include <array>
#include <cmath>
#include <functional>

#include "geo/crs.hpp"
#include "geo/gdal_support.hpp"

namespace terramask::geo {
namespace {

constexpr double kBend = 0.1;  // pixels an edge may stray before it is divided
constexpr int kMostDivisions = 12;

class Layer {
 public:
  Layer(const std::string& path, const Grid& grid, const std::string& crs)
      : path_(path), grid_(grid), transform_(crs, grid.crs) {}

  void add(const OGRGeometry& geometry) {
    if (wkbFlatten(geometry.getGeometryType()) == wkbPolygon) {
      const OGRPolygon& polygon = *geometry.toPolygon();
      if (polygon.IsEmpty()) return;
      polygons.begin_polygon();
      for (const OGRLinearRing* ring : polygon) add_ring(*ring);
    } else if (OGR_GT_IsSubClassOf(wkbFlatten(geometry.getGeometryType()), wkbGeometryCollection) != 0) {
      for (const OGRGeometry* part : *geometry.toGeometryCollection()) add(*part);
    }
  }

  Polygons polygons;

 private:
  Point to_pixel(double x, double y) const {
    transform_.apply(std::span(&x, 1), std::span(&y, 1));
    const auto p = grid_.to_pixel(x, y);
    if (!std::isfinite(p[0]) || !std::isfinite(p[1])) {
      throw Error(ErrorCode::mismatch,
                  path_ + ": has a point with no place in the raster's CRS, " + crs_label(grid_.crs),
                  "cut the polygons to the raster's surroundings first");
    }
    return {p[0], p[1]};
  }

  /// Adds the points between a and b (in the layer's coordinates), and b.
  void add_edge(std::vector<Point>& out, const Point& a, const Point& b, const Point& pa, const Point& pb,
                int division) {
    const Point middle{(a.x + b.x) / 2, (a.y + b.y) / 2};
    if (!transform_.identity() && division < kMostDivisions && std::hypot(pb.x - pa.x, pb.y - pa.y) > 1) {
      const Point pm = to_pixel(middle.x, middle.y);
      if (std::hypot(pm.x - (pa.x + pb.x) / 2, pm.y - (pa.y + pb.y) / 2) > kBend) {
        add_edge(out, a, middle, pa, pm, division + 1);
        add_edge(out, middle, b, pm, pb, division + 1);
        return;
      }
    }
    out.push_back(pb);
  }

  void add_ring(const OGRLinearRing& ring) {
    std::vector<Point> points;
    const int count = ring.getNumPoints();
    if (count < 3) return;
    Point last{ring.getX(count - 1), ring.getY(count - 1)};
    Point last_pixel = to_pixel(last.x, last.y);
    for (int i = 0; i < count; ++i) {
      const Point next{ring.getX(i), ring.getY(i)};
      const Point pixel = to_pixel(next.x, next.y);
      if (next.x == last.x && next.y == last.y) {
        points.push_back(pixel);
      } else {
        add_edge(points, last, next, last_pixel, pixel, 0);
      }
      last = next;
      last_pixel = pixel;
    }
    polygons.add_ring(points);
  }

  const std::string& path_;
  const Grid& grid_;
  CrsTransform transform_;
};

std::string layer_crs(OGRLayer& layer) {
  const OGRSpatialReference* crs = layer.GetSpatialRef();
  return crs == nullptr || crs->IsEmpty() ? std::string() : to_wkt(*crs);
}

Polygons read_layer(OGRLayer& ogr, const std::string& path, const Grid& grid) {
  GdalErrors errors;
  std::string crs = layer_crs(ogr);
  if (crs.empty()) crs = grid.crs;  // taken to lie as the raster does
  if (grid.crs.empty() && !crs.empty()) {
    throw Error(ErrorCode::mismatch, path + ": is in " + crs_label(crs) + ", the raster has no CRS",
                "assign the raster's with --crs");
  }
  Layer layer(path, grid, crs);
  ogr.ResetReading();
  while (const OGRFeatureUniquePtr feature{ogr.GetNextFeature()}) {
    const OGRGeometry* geometry = feature->GetGeometryRef();
    if (geometry == nullptr) continue;
    const std::unique_ptr<OGRGeometry> straight(geometry->getLinearGeometry());
    if (straight) layer.add(*straight);
  }
  if (errors.failed()) {
    throw errors.error(ErrorCode::io, path, "reading its polygons failed", "copy the file again");
  }
  return std::move(layer.polygons);
}

}  // namespace

Polygons read_cutline(const std::string& path, const Grid& grid) {
  const DatasetPtr dataset = open_vector(path);
  Polygons found;
  std::string layers;
  int with_polygons = 0;
  for (int i = 0; i < dataset->GetLayerCount(); ++i) {
    OGRLayer& ogr = *dataset->GetLayer(i);
    Polygons polygons = read_layer(ogr, path, grid);
    if (polygons.empty()) continue;
    ++with_polygons;
    layers += (layers.empty() ? "" : ", ") + std::string(ogr.GetName());
    found = std::move(polygons);
  }
  if (with_polygons == 0)
    throw Error(ErrorCode::mismatch, path + ": holds no polygon", "give a layer of polygons");
  if (with_polygons > 1) {
    throw Error(ErrorCode::usage, path + ": holds several layers of polygons (" + layers + ")",
                "take one out: `ogr2ogr cutline.gpkg " + path + " LAYER`");
  }
  return found;
}

}  // namespace terramask::geo
