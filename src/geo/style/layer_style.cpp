#include "geo/style/layer_style.hpp"

#include <cpl_string.h>

#include <array>
#include <vector>

#include "geo/style/qgis_style.hpp"

namespace terramask::geo {
namespace {

constexpr const char* kTable = "layer_styles";

/// As QGIS creates it.
OGRLayer* create_table(GDALDataset& geopackage) {
  const std::array<const char*, 2> options{"FID=id", nullptr};
  OGRLayer* table = geopackage.CreateLayer(kTable, nullptr, wkbNone, const_cast<char**>(options.data()));
  if (table == nullptr) return nullptr;
  const auto text = [&](const char* name, int width) {
    OGRFieldDefn field(name, OFTString);
    field.SetWidth(width);
    table->CreateField(&field);
  };
  for (const char* name : {"f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column"})
    text(name, 256);
  text("styleName", 30);
  text("styleQML", 0);
  text("styleSLD", 0);
  OGRFieldDefn by_default("useAsDefault", OFTInteger);
  by_default.SetSubType(OFSTBoolean);
  table->CreateField(&by_default);
  text("description", 0);
  text("owner", 30);
  text("ui", 30);
  OGRFieldDefn time("update_time", OFTDateTime);
  time.SetDefault("CURRENT_TIMESTAMP");
  table->CreateField(&time);
  return table;
}

/// Adds a style as QGIS saves it.
void add_style(GDALDataset& geopackage, OGRLayer& layer, const std::string& document) {
  OGRLayer* table = geopackage.GetLayerByName(kTable);
  if (table == nullptr) table = create_table(geopackage);
  if (table == nullptr) return;
  // Without these columns, QGIS would not load styles from the table.
  for (const char* name : {"f_table_name", "styleQML", "useAsDefault"})
    if (table->GetLayerDefn()->GetFieldIndex(name) < 0) return;
  std::vector<GIntBig> old;
  bool other_default = false;
  table->ResetReading();
  while (const OGRFeatureUniquePtr row{table->GetNextFeature()}) {
    if (!EQUAL(row->GetFieldAsString("f_table_name"), layer.GetName())) continue;
    if (unchanged_style(row->GetFieldAsString("styleQML")))
      old.push_back(row->GetFID());
    else
      other_default = other_default || row->GetFieldAsInteger("useAsDefault") != 0;
  }
  bool failed = false;
  for (const GIntBig id : old) failed = table->DeleteFeature(id) != OGRERR_NONE || failed;
  OGRFeature row(table->GetLayerDefn());
  // A table created by others may lack columns.
  const auto set = [&](const char* name, const auto& value) {
    if (const int field = row.GetFieldIndex(name); field >= 0) row.SetField(field, value);
  };
  // QGIS looks for the empty schema, not NULL.
  for (const char* name : {"f_table_catalog", "f_table_schema", "styleSLD", "owner"}) set(name, "");
  set("f_table_name", layer.GetName());
  set("f_geometry_column", layer.GetGeometryColumn());
  set("styleName", "Terramask");
  set("description", "Classes as Terramask wrote them");
  set("styleQML", document.c_str());
  set("useAsDefault", other_default ? 0 : 1);
  failed = table->CreateFeature(&row) != OGRERR_NONE || failed;
  if (failed && CPLGetLastErrorType() != CE_Failure)
    CPLError(CE_Failure, CPLE_FileIO, "the style could not be written");
}

}  // namespace

void set_layer_style(GDALDataset& geopackage, OGRLayer& layer, const std::string& renderer) {
  add_style(geopackage, layer, style_document({"", renderer}));
}

void copy_layer_style(GDALDataset& from, OGRLayer& layer, GDALDataset& to, OGRLayer& copy) {
  OGRLayer* table = from.GetLayerByName(kTable);
  if (table == nullptr) return;
  table->ResetReading();
  while (const OGRFeatureUniquePtr row{table->GetNextFeature()})
    if (EQUAL(row->GetFieldAsString("f_table_name"), layer.GetName()) &&
        row->GetFieldAsInteger("useAsDefault") != 0)
      return add_style(to, copy, row->GetFieldAsString("styleQML"));
}

std::vector<OGRLayer*> data_layers(GDALDataset& dataset) {
  std::vector<OGRLayer*> layers;
  for (int i = 0; i < dataset.GetLayerCount(); ++i)
    if (OGRLayer* layer = dataset.GetLayer(i); layer != nullptr && !EQUAL(layer->GetName(), kTable))
      layers.push_back(layer);
  return layers;
}

}  // namespace terramask::geo
