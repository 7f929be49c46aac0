#include "geo/files/csv_columns.hpp"

#include <ogrsf_frmts.h>

#include <array>
#include <memory>
#include <string_view>

#include "geo/base/gdal_support.hpp"

namespace terramask::geo {
namespace {

constexpr std::array kGeometries{"geometry", "geom",         "the_geom",  "wkt",
                                 "wkt_geom", "wkt_geometry", "_wkt",      "shape_wkt",
                                 "wkb",      "geometry_wkt", "footprint", "geojson"};

struct Pair {
  const char* x;
  const char* y;
  bool degrees;
};
constexpr std::array kPairs{Pair{"longitude", "latitude", true},
                            Pair{"lon", "lat", true},
                            Pair{"long", "lat", true},
                            Pair{"lng", "lat", true},
                            Pair{"lon_wgs84", "lat_wgs84", true},
                            Pair{"decimallongitude", "decimallatitude", true},
                            Pair{"decimal_longitude", "decimal_latitude", true},
                            Pair{"@lon", "@lat", true},
                            Pair{"x", "y", false},
                            Pair{"xcoord", "ycoord", false},
                            Pair{"x_coord", "y_coord", false},
                            Pair{"coord_x", "coord_y", false},
                            Pair{"point_x", "point_y", false},
                            Pair{"easting", "northing", false},
                            Pair{"east", "north", false}};

constexpr const char* kDomain = "TERRAMASK";
constexpr const char* kPlace = "COORDINATES";
constexpr const char* kDegrees = "DEGREES";

/// The column of this name in its original spelling; empty if there is none.
std::string column(const OGRFeatureDefn& columns, const char* name) {
  const int found = columns.GetFieldIndex(name);
  return found < 0 ? "" : columns.GetFieldDefn(found)->GetNameRef();
}

bool is_geometry(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return false;
  text.remove_prefix(begin);
  if (text.front() == '{') return true;
  constexpr std::size_t kPoint = 2 * (1 + 4 + 16);  // hexadecimal digits of the shortest geometry
  if (text.size() >= kPoint && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos)
    return true;
  OGRGeometry* made = nullptr;
  const std::string whole(text);
  OGRGeometryFactory::createFromWkt(whole.c_str(), nullptr, &made);
  const std::unique_ptr<OGRGeometry> geometry(made);
  return geometry != nullptr;
}

/// Whether the column's first values are geometries.
bool holds_geometries(OGRLayer& layer, const std::string& name) {
  constexpr int kLooks = 100;
  const int field = layer.GetLayerDefn()->GetFieldIndex(name.c_str());
  bool holds = false;
  const GdalErrors quiet;
  layer.ResetReading();
  for (int i = 0; i < kLooks; ++i) {
    const OGRFeatureUniquePtr row{layer.GetNextFeature()};
    if (!row) break;
    const char* text = row->GetFieldAsString(field);
    if (*text == '\0') continue;
    holds = is_geometry(text);
    break;
  }
  layer.ResetReading();
  return holds;
}

}  // namespace

CPLStringList CsvColumns::open_options() const {
  CPLStringList options;
  if (!geometry.empty()) {
    options.SetNameValue("GEOM_POSSIBLE_NAMES", geometry.c_str());
  } else if (!x.empty()) {
    options.SetNameValue("X_POSSIBLE_NAMES", x.c_str());
    options.SetNameValue("Y_POSSIBLE_NAMES", y.c_str());
  }
  if (any()) options.SetNameValue("KEEP_GEOM_COLUMNS", "NO");
  return options;
}

void remember_place(GDALDataset& file, const CsvColumns& columns) {
  file.GetLayer(0)->SetMetadataItem(kPlace, columns.degrees ? kDegrees : "", kDomain);
}

CsvPlace csv_place(OGRLayer& layer) {
  const char* place = layer.GetMetadataItem(kPlace, kDomain);
  if (place == nullptr) return CsvPlace::none;
  return EQUAL(place, kDegrees) ? CsvPlace::degrees : CsvPlace::unsaid;
}

CsvColumns csv_columns(GDALDataset& file) {
  CsvColumns found;
  if (!is_csv(file)) return found;
  OGRLayer& layer = *file.GetLayer(0);
  const OGRFeatureDefn& columns = *layer.GetLayerDefn();
  for (const Pair& pair : kPairs) {
    found.x = column(columns, pair.x);
    found.y = column(columns, pair.y);
    found.degrees = pair.degrees;
    if (!found.x.empty() && !found.y.empty()) break;
    found = {};
  }
  if (columns.GetGeomFieldCount() > 0) {
    found.x.clear();
    found.y.clear();
    return found;
  }
  for (const char* name : kGeometries) {
    const std::string there = column(columns, name);
    if (there.empty() || !holds_geometries(layer, there)) continue;
    found.geometry = there;
    break;
  }
  return found;
}

bool holds_ewkt(GDALDataset& file) {
  if (!is_csv(file)) return false;
  OGRLayer& layer = *file.GetLayer(0);
  layer.ResetReading();
  const OGRFeatureUniquePtr row{layer.GetNextFeature()};
  layer.ResetReading();
  if (!row) return false;
  for (const char* name : kGeometries) {
    const int field = layer.GetLayerDefn()->GetFieldIndex(name);
    if (field >= 0 && STARTS_WITH_CI(row->GetFieldAsString(field), "SRID=")) return true;
  }
  return false;
}

bool is_csv(GDALDataset& file) {
  return file.GetDriver() != nullptr && std::string_view(file.GetDriverName()) == "CSV" &&
         file.GetLayerCount() == 1;
}

}  // namespace terramask::geo
