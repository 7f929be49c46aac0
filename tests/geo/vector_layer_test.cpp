// Layers of vector files: which there are, and where they lie.
#include "geo/vector/vector_layer.hpp"

#include <fstream>

#include "geo/base/crs.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/files/csv_columns.hpp"
#include "geo/files/open.hpp"
#include "geo/read_support.hpp"

namespace terramask::tests {
namespace {

class VectorLayers : public ReadTest {
 protected:
  std::string csv(const std::string& text) const {
    std::ofstream(file("rows.csv")) << text;
    return file("rows.csv");
  }
  static Grid grid(const std::string& crs = "EPSG:32633") {
    Grid made;
    made.width = made.height = 100;
    made.has_geotransform = true;
    made.geotransform = {500000, 1, 0, 5000000, 0, -1};
    if (!crs.empty()) made.crs = geo::crs_from_user(crs, "--crs");
    return made;
  }
  /// The first feature's shape, the CRS, the note and the fields left.
  std::vector<std::string> seen(const std::string& path, const Grid& over) const {
    const geo::DatasetPtr opened = geo::open_vector(path);
    OGRLayer& layer = geo::find_layer(*opened, path, "");
    const geo::LayerPlace place = geo::place_layer(layer, path, over);
    const OGRFeatureUniquePtr first{layer.GetNextFeature()};
    const OGRGeometry* shape = first ? first->GetGeometryRef() : nullptr;
    return {shape == nullptr ? "" : shape->exportToWkt(), geo::crs_label(place.crs), place.note,
            geo::field_names(layer)};
  }
};

TEST_F(VectorLayers, ColumnsOfTextAreWhatTheyAreCalled) {
  struct Case {
    std::string head, row, shape, crs, fields;
  };
  const std::vector<Case> cases = {
      {"id,lon,lat", "1,14.5,45.25", "POINT (14.5 45.25)", "EPSG:4326", "id"},
      {"Latitude;Longitude;id", "45,25;14,5;1", "POINT (14.5 45.25)", "EPSG:4326", "id"},
      {"id,LNG,LAT", "1,14.5,45.25", "POINT (14.5 45.25)", "EPSG:4326", "id"},
      {"x,y,id", "500004,4999996,1", "POINT (500004 4999996)", "no CRS", "id"},
      {"x,y,id", "14.5,45.25,1", "POINT (14.5 45.25)", "EPSG:4326", "id"},
      {"easting,northing,id", "500004,4999996,1", "POINT (500004 4999996)", "no CRS", "id"},
      {"latitude,longitude,geometry", "9,9,POINT (14.5 45.25)", "POINT (14.5 45.25)", "EPSG:4326",
       "latitude, longitude"},
      {"id,geom", "1,POINT (500004 4999996)", "POINT (500004 4999996)", "no CRS", "id"},
      {"id,the_geom", "1,0101000000000000000000F03F0000000000000040", "POINT (1 2)", "EPSG:4326", "id"},
      {"id,WKT", "1,POINT (14.5 45.25)", "POINT (14.5 45.25)", "EPSG:4326", "id"},
      {"lon,lat,geometry", "14.5,45.25,round", "POINT (14.5 45.25)", "EPSG:4326", "geometry"},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.head);
    const auto found = seen(csv(one.head + "\n" + one.row + "\n"), grid());
    EXPECT_EQ(found[0], one.shape);
    EXPECT_EQ(found[1], one.crs);
    EXPECT_NE(found[2].find(one.crs == "no CRS" ? "has no CRS" : "longitude and latitude in WGS 84"),
              std::string::npos)
        << found[2];
    if (one.head.find("WKT") == std::string::npos) {
      EXPECT_EQ(found[3], one.fields);
    }
  }
}

TEST_F(VectorLayers, SmallCoordinatesOnALocalGridAreItsOwn) {
  Grid local = grid("");
  local.geotransform = {0, 1, 0, 100, 0, -1};
  EXPECT_EQ(seen(csv("x,y\n14.5,45.25\n"), local)[1], "no CRS");
  local.crs = geo::crs_from_user("EPSG:32633", "--crs");
  EXPECT_EQ(seen(csv("x,y\n14.5,45.25\n"), local)[1], "no CRS");
}

TEST_F(VectorLayers, TablesAreNoLayers) {
  expect_error([&] { seen(csv("id,class\n1,road\n"), grid()); }, ErrorCode::format,
               {"rows.csv: holds a table and no geometries", "lon and lat", "WKT"});
}

TEST_F(VectorLayers, PointsInRowsAndColumnsAreNoRaster) {
  EXPECT_TRUE(
      geo::is_vector_file(csv("lon,lat,class\n14.1,48.8,1\n14.2,48.8,2\n14.1,48.7,3\n14.2,48.7,3\n")));
  NewRaster raster;
  write_raster(file("image.tif"), raster);
  EXPECT_FALSE(geo::is_vector_file(file("image.tif")));
  EXPECT_FALSE(geo::is_vector_file(file("none.tif")));
}

}  // namespace
}  // namespace terramask::tests
