#include "geo/vector_layer.hpp"

#include <fmt/format.h>

#include <string_view>

#include "geo/crs.hpp"
#include "geo/layer_style.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {

OGRLayer& find_layer(GDALDataset& dataset, const std::string& path, const std::string& name) {
  std::string names;
  const std::vector<OGRLayer*> layers = data_layers(dataset);
  for (OGRLayer* layer : layers) names += (names.empty() ? "" : ", ") + std::string(layer->GetName());
  if (!name.empty()) {
    if (OGRLayer* layer = dataset.GetLayerByName(name.c_str())) return *layer;
    throw Error(ErrorCode::not_found, fmt::format("{}: has no layer \"{}\"; it has: {}", path, name, names),
                "name one of these with --layer");
  }
  if (layers.size() == 1) return *layers.front();
  if (layers.empty())
    throw Error(ErrorCode::format, path + ": holds no layer", "name a file of polygons or points");
  throw Error(ErrorCode::usage, fmt::format("{}: holds several layers: {}", path, names),
              "choose one with --layer");
}

std::string field_names(OGRLayer& layer) {
  const OGRFeatureDefn& fields = *layer.GetLayerDefn();
  std::string names;
  for (int i = 0; i < fields.GetFieldCount(); ++i)
    names += (i == 0 ? "" : ", ") + std::string(fields.GetFieldDefn(i)->GetNameRef());
  return names.empty() ? "none" : names;
}

int find_field(OGRLayer& layer, const std::string& path, const std::string& name, const std::string& option) {
  const int index = layer.GetLayerDefn()->GetFieldIndex(name.c_str());
  if (index < 0)
    throw Error(ErrorCode::not_found,
                fmt::format("{}: has no attribute \"{}\"; it has: {}", path, name, field_names(layer)),
                "name one of these with " + option);
  return index;
}

std::string layer_crs(OGRLayer& layer) {
  const OGRSpatialReference* crs = layer.GetSpatialRef();
  if (crs == nullptr || crs->IsEmpty()) return {};
  // What GeoPackages say of layers that have none.
  const char* const name = crs->GetName();
  if (name != nullptr && std::string_view(name).starts_with("Undefined ")) return {};
  return to_wkt(*crs);
}

}  // namespace terramask::geo
