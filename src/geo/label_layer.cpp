#include "geo/label_layer.hpp"

#include <fmt/format.h>

#include "geo/gdal_support.hpp"
#include "geo/polygon_projection.hpp"

namespace terramask::geo {
namespace {

OGRLayer& find_layer(GDALDataset& dataset, const LabelLayerOptions& options) {
  std::string names;
  for (int i = 0; i < dataset.GetLayerCount(); ++i)
    names += (i == 0 ? "" : ", ") + std::string(dataset.GetLayer(i)->GetName());
  if (!options.layer.empty()) {
    if (OGRLayer* layer = dataset.GetLayerByName(options.layer.c_str())) return *layer;
    throw Error(ErrorCode::not_found,
                fmt::format("{}: has no layer \"{}\"; it has: {}", options.path, options.layer, names),
                "name one of these with --layer");
  }
  if (dataset.GetLayerCount() == 1) return *dataset.GetLayer(0);
  if (dataset.GetLayerCount() == 0)
    throw Error(ErrorCode::format, options.path + ": holds no layer", "name a file of polygons or points");
  throw Error(ErrorCode::usage, fmt::format("{}: holds several layers: {}", options.path, names),
              "choose one with --layer");
}

int find_attribute(OGRLayer& layer, const LabelLayerOptions& options) {
  const OGRFeatureDefn& fields = *layer.GetLayerDefn();
  std::string names;
  for (int i = 0; i < fields.GetFieldCount(); ++i)
    names += (i == 0 ? "" : ", ") + std::string(fields.GetFieldDefn(i)->GetNameRef());
  if (names.empty()) names = "none";
  if (options.attribute.empty())
    throw Error(ErrorCode::usage,
                fmt::format("{}: which attribute holds the classes? It has: {}", options.path, names),
                "name it with --attribute");
  const int index = fields.GetFieldIndex(options.attribute.c_str());
  if (index < 0)
    throw Error(
        ErrorCode::not_found,
        fmt::format("{}: has no attribute \"{}\"; it has: {}", options.path, options.attribute, names),
        "name one of these with --attribute");
  return index;
}

class Collector {
 public:
  Collector(const PolygonProjection& projection, LabelLayer& labels)
      : projection_(projection), labels_(labels) {}

  void add(const std::string& label, const OGRGeometry& geometry) {
    add_points(label, geometry);
    Polygons polygons;
    projection_.add(geometry, polygons);
    if (polygons.empty()) return;
    std::vector<LabelledPolygons>& all = labels_.polygons;
    if (all.empty() || all.back().label != label) {
      all.push_back({label, std::move(polygons), 1});
    } else {
      projection_.add(geometry, all.back().polygons);
      ++all.back().features;
    }
  }

 private:
  void add_points(const std::string& label, const OGRGeometry& geometry) {
    if (wkbFlatten(geometry.getGeometryType()) == wkbPoint) {
      const OGRPoint& point = *geometry.toPoint();
      if (!point.IsEmpty())
        labels_.points.push_back({label, projection_.to_pixel(point.getX(), point.getY())});
    } else if (OGR_GT_IsSubClassOf(wkbFlatten(geometry.getGeometryType()), wkbGeometryCollection) != 0) {
      for (const OGRGeometry* part : *geometry.toGeometryCollection()) add_points(label, *part);
    }
  }

  const PolygonProjection& projection_;
  LabelLayer& labels_;
};

}  // namespace

LabelLayer read_label_layer(const LabelLayerOptions& options, const Grid& grid,
                            const std::string& grid_name) {
  const DatasetPtr dataset = open_vector(options.path);
  GdalErrors errors;
  OGRLayer& layer = find_layer(*dataset, options);
  const int attribute = find_attribute(layer, options);
  if (!grid.has_geotransform)
    throw Error(
        ErrorCode::mismatch,
        fmt::format("{}: cannot be laid over {}, which has no georeferencing", options.path, grid_name),
        "georeference it with `gdal_edit.py -a_srs ... -a_ullr ...`");
  const PolygonProjection projection(layer, options.path, grid);
  LabelLayer labels;
  Collector collector(projection, labels);
  layer.ResetReading();
  while (const OGRFeatureUniquePtr feature{layer.GetNextFeature()}) {
    const OGRGeometry* geometry = feature->GetGeometryRef();
    if (geometry == nullptr) continue;
    if (feature->IsFieldSetAndNotNull(attribute) == 0) {
      ++labels.unlabelled;
      continue;
    }
    const std::unique_ptr<OGRGeometry> straight(geometry->getLinearGeometry());
    if (straight) collector.add(feature->GetFieldAsString(attribute), *straight);
  }
  if (errors.failed()) throw errors.error(ErrorCode::io, options.path, "reading failed", "copy it again");
  if (labels.polygons.empty() && labels.points.empty())
    throw Error(ErrorCode::mismatch, options.path + ": holds no labelled polygon or point",
                "name a layer of polygons or points");
  return labels;
}

}  // namespace terramask::geo
