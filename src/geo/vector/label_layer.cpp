#include "geo/vector/label_layer.hpp"

#include <fmt/format.h>

#include "geo/base/gdal_support.hpp"
#include "geo/base/polygon_projection.hpp"
#include "geo/files/open.hpp"
#include "geo/vector/vector_layer.hpp"

namespace terramask::geo {
namespace {

int find_attribute(OGRLayer& layer, const LabelLayerOptions& options) {
  if (options.attribute.empty())
    throw Error(
        ErrorCode::usage,
        fmt::format("{}: which attribute holds the classes? It has: {}", options.path, field_names(layer)),
        "name it with `attribute`");
  return find_field(layer, options.path, options.attribute, "`attribute`");
}

class Collector {
 public:
  Collector(const PolygonProjection& projection, LabelLayer& labels)
      : projection_(projection), labels_(labels) {}

  void add(const std::string& label, const OGRGeometry& geometry) {
    add_points(label, geometry);
    Polygons polygons;
    const std::uint64_t before = projection_.cut_off();
    projection_.add(geometry, polygons);
    cut_off_ += projection_.cut_off() - before;
    if (polygons.empty()) return;
    std::vector<LabelledPolygons>& all = labels_.polygons;
    if (all.empty() || all.back().label != label) {
      all.push_back({label, std::move(polygons), 1});
    } else {
      projection_.add(geometry, all.back().polygons);
      ++all.back().features;
    }
  }

  std::uint64_t cut_off() const { return cut_off_; }

 private:
  void add_points(const std::string& label, const OGRGeometry& geometry) {
    if (wkbFlatten(geometry.getGeometryType()) == wkbPoint) {
      const OGRPoint& point = *geometry.toPoint();
      if (point.IsEmpty()) return;
      const auto pixel = projection_.to_pixel(point.getX(), point.getY());
      labels_.points.push_back({label, pixel});
      labels_.points_without_place += pixel ? 0 : 1;
    } else if (OGR_GT_IsSubClassOf(wkbFlatten(geometry.getGeometryType()), wkbGeometryCollection) != 0) {
      for (const OGRGeometry* part : *geometry.toGeometryCollection()) add_points(label, *part);
    }
  }

  const PolygonProjection& projection_;
  LabelLayer& labels_;
  std::uint64_t cut_off_ = 0;
};

}  // namespace

LabelLayer read_label_layer(const LabelLayerOptions& options, const Grid& grid,
                            const std::string& grid_name) {
  const DatasetPtr dataset = open_vector(options.path);
  GdalErrors errors;
  OGRLayer& layer = find_layer(*dataset, options.path, options.layer);
  const int attribute = find_attribute(layer, options);
  if (!grid.has_geotransform)
    throw Error(
        ErrorCode::mismatch,
        fmt::format("{}: cannot be laid over {}, which has no georeferencing", options.path, grid_name),
        "georeference it with `gdal_edit.py -a_srs ... -a_ullr ...`");
  const LayerPlace place = place_layer(layer, options.path, grid);
  const PolygonProjection projection(place.crs, options.path, grid);
  LabelLayer labels;
  if (!place.note.empty()) labels.notes.push_back(place.note);
  std::uint64_t without_geometry = 0;
  Collector collector(projection, labels);
  layer.ResetReading();
  while (const OGRFeatureUniquePtr feature{layer.GetNextFeature()}) {
    const OGRGeometry* geometry = feature->GetGeometryRef();
    if (geometry == nullptr) {
      ++without_geometry;
      continue;
    }
    if (feature->IsFieldSetAndNotNull(attribute) == 0) {
      ++labels.unlabelled;
      continue;
    }
    const std::unique_ptr<OGRGeometry> straight(geometry->getLinearGeometry());
    if (straight) collector.add(feature->GetFieldAsString(attribute), *straight);
  }
  if (errors.failed()) throw errors.error(ErrorCode::io, options.path, "reading failed", "copy it again");
  if (without_geometry > 0)
    labels.notes.push_back(fmt::format("{}: {} feature{} no geometry: left out", options.path,
                                       without_geometry, without_geometry == 1 ? " has" : "s have"));
  labels.shapes_cut_off = collector.cut_off();
  if (labels.polygons.empty() && labels.points.empty())
    throw Error(ErrorCode::mismatch, options.path + ": holds no labelled polygon or point",
                "name a layer of polygons or points");
  return labels;
}

}  // namespace terramask::geo
