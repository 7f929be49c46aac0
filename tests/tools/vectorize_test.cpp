// `terramask vectorize` from outside: what it says, and what it leaves behind.
#include <gdal_priv.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "geo/base/gdal_support.hpp"
#include "program.hpp"

namespace terramask::tests {
namespace {

class VectorizeProgram : public ProgramTest {
 protected:
  /// Squares of 3 pixels in two classes: many polygons.
  void make_mask(const std::string& name, int side, const std::string& crs = "EPSG:32633", int bands = 1,
                 GDALDataType type = GDT_Byte) const {
    geo::ensure_gdal();
    const geo::DatasetPtr raster(GetGDALDriverManager()->GetDriverByName("GTiff")->Create(
        path(name).c_str(), side, side, bands, type, nullptr));
    std::array<double, 6> geotransform{500000, 1, 0, 5000000, 0, -1};
    raster->SetGeoTransform(geotransform.data());
    OGRSpatialReference reference;
    if (!crs.empty()) {
      reference.SetFromUserInput(crs.c_str());
      raster->SetSpatialRef(&reference);
    }
    std::vector<float> row(static_cast<std::size_t>(side));
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x)
        row[static_cast<std::size_t>(x)] =
            static_cast<float>((x / 3 + y / 3) % 2) + (type == GDT_Float32 ? 0.5F : 0);
      ASSERT_EQ(raster->GetRasterBand(1)->RasterIO(GF_Write, 0, y, side, 1, row.data(), side, 1, GDT_Float32,
                                                   0, 0, nullptr),
                CE_None);
    }
  }
};

TEST_F(VectorizeProgram, SaysWhatItMade) {
  make_mask("mask.tif", 9);
  const Outcome outcome = terramask({"vectorize", path("mask.tif"), "-o", path("mask.gpkg")});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("class 0: 5 polygons, 45 pixels"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("class 1: 4 polygons, 36 pixels"), std::string::npos) << outcome.out;
  EXPECT_TRUE(files().contains("mask.gpkg"));
  const Outcome dry = terramask({"vectorize", path("mask.tif"), "-o", path("dry.gpkg"), "--dry-run"});
  EXPECT_NE(dry.out.find("would hold 9 polygons"), std::string::npos) << dry.out << dry.err;
  EXPECT_FALSE(files().contains("dry.gpkg"));
}

TEST_F(VectorizeProgram, DrawsCentreLinesOfOneClass) {
  make_mask("mask.tif", 12);
  expect_error(terramask({"vectorize", "-q", path("mask.tif"), "-o", path("lines.gpkg"), "--centerlines"}), 2,
               {"mask.tif", "--classes"});
  const Outcome outcome =
      terramask({"vectorize", path("mask.tif"), "-o", path("lines.gpkg"), "--centerlines", "--classes", "1"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("lines of class 1"), std::string::npos) << outcome.out;
  EXPECT_TRUE(files().contains("lines.gpkg"));
}

TEST_F(VectorizeProgram, RefusesWhatCannotBeMeant) {
  make_mask("mask.tif", 9);
  make_mask("plain.tif", 9, "");
  make_mask("rgb.tif", 9, "EPSG:32633", 3);
  make_mask("real.tif", 9, "EPSG:32633", 1, GDT_Float32);
  write("taken.gpkg", "x");
  write("cut.tif", read("mask.tif").substr(0, 200));
  const auto before = files();
  const auto refused = [&](const std::vector<std::string>& arguments, int status,
                           const std::vector<std::string>& parts) {
    std::vector<std::string> all{"vectorize", "-q"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    expect_error(terramask(all), status, parts);
    EXPECT_EQ(files(), before);
  };
  const std::string mask = path("mask.tif"), out = path("out.gpkg");
  refused({mask, "-o", path("out.shp")}, 2, {"out.shp", ".shp", ".gpkg", ".fgb"});
  refused({mask, "-o", path("out")}, 2, {"out", ".gpkg"});
  refused({mask, "-o", path("taken.gpkg")}, 2, {"taken.gpkg", "--overwrite"});
  refused({mask, "-o", path("nowhere/out.gpkg")}, 1, {"nowhere", "does not exist"});
  refused({path("none.tif"), "-o", out}, 1, {"none.tif", "no such file"});
  refused({path("cut.tif"), "-o", out}, 1, {"cut.tif"});
  refused({path("rgb.tif"), "-o", out}, 1, {"rgb.tif", "3 bands", "gdal_translate"});
  refused({path("real.tif"), "-o", out}, 1, {"real.tif", "0.5", "column 0, row 0"});
  refused({path("plain.tif"), "-o", path("out.geojson")}, 1, {"out.geojson", "CRS", "--crs"});
  refused({path("plain.tif"), "-o", out, "--min-area", "5"}, 1, {"plain.tif", "px"});
  refused({mask, "-o", out, "--classes", "road"}, 2, {"--classes road", "mask.tif"});
  refused({mask, "-o", out, "--simplify", "2km"}, 2, {"--simplify 2km", "px"});
  refused({mask, "-o", out, "--min-area", "-3"}, 2, {"--min-area"});
  refused({mask, "-o", mask}, 2, {"mask.tif"});
}

TEST_F(VectorizeProgram, AFullDiskLeavesNothing) {
  make_mask("mask.tif", 600);
  const auto before = files();
  for (const std::string name : {"out.gpkg", "out.geojson", "out.fgb"}) {
    Running running("terramask", {"vectorize", "-q", path("mask.tif"), "-o", path(name)}, folder_, 300000);
    expect_error(running.wait(), 1, {name, "no space left"});
    EXPECT_EQ(files(), before) << name;
  }
}

TEST_F(VectorizeProgram, AStopLeavesNothingAndAKillNoOutput) {
  make_mask("mask.tif", 1500);
  const auto before = files();
  for (const int signal : {SIGTERM, SIGKILL}) {
    Running running("terramask", {"vectorize", "-q", path("mask.tif"), "-o", path("out.gpkg")}, folder_);
    for (int i = 0; i < 500 && files() == before; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    running.send(signal);
    const Outcome outcome = running.wait();
    EXPECT_EQ(outcome.status, 128 + signal);
    EXPECT_FALSE(files().contains("out.gpkg"));
    if (signal == SIGTERM) {
      EXPECT_EQ(files(), before);
    }
  }
  // What the killed one left behind is in nobody's way.
  EXPECT_EQ(terramask({"vectorize", "-q", path("mask.tif"), "-o", path("out.gpkg"), "--classes", "1"}).status,
            0);
}

}  // namespace
}  // namespace terramask::tests
