// Folders and MBTiles files of tiles, read as rasters.
#include <fmt/format.h>
#include <ogr_spatialref.h>

#include <algorithm>
#include <cmath>

#include "geo/files/open.hpp"
#include "shared_data.hpp"
#include "support.hpp"
#include "tiles/image_bytes.hpp"

namespace terramask::tests {
namespace {

/// A plane of a raster of `bands` bands.
std::uint8_t at(const std::vector<std::uint8_t>& all, int width, int height, int band, int column, int row) {
  return all[(static_cast<std::size_t>(band - 1) * static_cast<std::size_t>(height) +
              static_cast<std::size_t>(row)) *
                 static_cast<std::size_t>(width) +
             static_cast<std::size_t>(column)];
}

TEST_F(TilesTest, TheGridIsThatOfWebMercatorToTheLastBit) {
  // Corners by the definition of slippy maps (latitude and longitude of a tile's corner), brought to
  // EPSG:3857 by PROJ.
  for (const auto& [zoom, x, y, side] : std::vector<std::array<int, 4>>{{0, 0, 0, 256},
                                                                        {18, 69105, 105093, 256},
                                                                        {18, 69105, 105093, 512},
                                                                        {22, 2211360, 3362976, 256},
                                                                        {21, 1238448, 1046528, 256},
                                                                        {14, 16383, 1, 256}}) {
    const std::string name = fmt::format("xyz:{}/{}_{}", folder.string(), zoom, side);
    write_tile(folder / fmt::format("{}_{}/{}/{}/{}.png", zoom, side, zoom, x, y), {.side = side});
    const geo::DatasetPtr raster = geo::open_raster(name);
    ASSERT_EQ(raster->GetRasterXSize(), side);
    std::array<double, 6> g{};
    ASSERT_EQ(raster->GetGeoTransform(g.data()), CE_None);
    OGRSpatialReference degrees, mercator;
    degrees.importFromEPSG(4326);
    mercator.importFromEPSG(3857);
    degrees.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    mercator.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    EXPECT_TRUE(raster->GetSpatialRef()->IsSame(&mercator));
    const std::unique_ptr<OGRCoordinateTransformation> transform(
        OGRCreateCoordinateTransformation(&degrees, &mercator));
    for (const int corner : {0, 1}) {
      const double n = std::ldexp(1.0, zoom);
      double lon = (x + corner) / n * 360 - 180;
      double lat = std::atan(std::sinh(M_PI * (1 - 2 * (y + corner) / n))) * 180 / M_PI;
      ASSERT_TRUE(transform->Transform(1, &lon, &lat));
      EXPECT_NEAR(g[0] + corner * side * g[1], lon, 1e-4 * g[1] + 1e-8) << zoom;
      EXPECT_NEAR(g[3] + corner * side * g[5], lat, 1e-4 * g[1] + 1e-8) << zoom;
    }
  }
}

TEST_F(TilesTest, EncodingsMixAndMissingTilesAreNodata) {
  const auto alpha_of = [](int column) { return column < 100 ? 0 : 200; };
  const auto grey = [](int, int column, int row) { return (column + row) % 256; };
  write_tile(folder / "5/10/20.png", {});
  write_tile(folder / "5/11/20.png", {.bands = 4, .value = [&](int band, int column, int row) {
                                        return band == 4 ? alpha_of(column)
                                                         : (band * 10 + column + row) % 256;
                                      }});
  write_tile(folder / "5/12/20.png", {.bands = 1, .value = grey});
  GDALColorTable palette;
  for (short i = 0; i < 3; ++i) {
    const GDALColorEntry entry{static_cast<short>(10 + i), static_cast<short>(20 + i),
                               static_cast<short>(30 + i), static_cast<short>(i == 2 ? 0 : 255)};
    palette.SetColorEntry(i, &entry);
  }
  write_tile(folder / "5/10/21.png",
             {.bands = 1,
              .value = [](int, int column, int) { return column % 3; },
              .dress = [&](GDALDataset& d) { d.GetRasterBand(1)->SetColorTable(&palette); }});
  write_tile(folder / "5/11/21.webp", {.driver = "WEBP", .options = {"LOSSLESS=YES"}});
  write_tile(folder / "5/12/21.jpg", {.driver = "JPEG", .options = {"QUALITY=100"}});
  write_tile(folder / "5/10/22.png", {.bands = 2, .value = [&](int band, int column, int row) {
                                        return band == 2 ? alpha_of(column) : grey(1, column, row);
                                      }});
  const std::string name = "xyz:" + folder.string();
  const auto all = pixels_of(name);
  const int side = 3 * 256;
  ASSERT_EQ(all.size(), 4U * side * side);
  const auto value = [&](int band, int column, int row) {
    return int{at(all, side, side, band, column, row)};
  };
  for (int row = 0; row < 256; row += 5)
    for (int column = 0; column < 256; column += 3) {
      for (int band = 1; band <= 3; ++band) {
        EXPECT_EQ(value(band, column, row), (band * 40 + column + 2 * row) % 256);
        EXPECT_EQ(value(band, 256 + column, row), (band * 10 + column + row) % 256);
        EXPECT_EQ(value(band, 512 + column, row), (column + row) % 256);
        EXPECT_EQ(value(band, column, 256 + row), 10 * band + column % 3);
        EXPECT_EQ(value(band, 256 + column, 256 + row), (band * 40 + column + 2 * row) % 256);
        EXPECT_EQ(value(band, column, 512 + row), (column + row) % 256);
        EXPECT_EQ(value(band, 512 + column, 512 + row), 0);
      }
      EXPECT_EQ(value(4, column, row), 255);
      EXPECT_EQ(value(4, 256 + column, row), alpha_of(column));
      EXPECT_EQ(value(4, 512 + column, row), 255);
      EXPECT_EQ(value(4, column, 256 + row), column % 3 == 2 ? 0 : 255);
      EXPECT_EQ(value(4, 512 + column, 256 + row), 255);
      EXPECT_EQ(value(4, column, 512 + row), alpha_of(column));
      EXPECT_EQ(value(4, 256 + column, 512 + row), 0);
    }
  const TileReport report = report_of(name);
  EXPECT_EQ(report.local, 7U);
  EXPECT_EQ(report.missing, 2U);
  EXPECT_TRUE(report.failed.empty());
  // As segment, train and all others read it.
  const auto reader = RasterReader::open({.paths = {name}});
  EXPECT_EQ(reader->bands(), 3U);
  std::vector<float> values(3 * 256);
  std::vector<std::uint8_t> valid(256);
  reader->read({256, 700, 256, 1}, values, valid);
  EXPECT_EQ(std::count(valid.begin(), valid.end(), 0), 256);
  reader->read({256, 100, 256, 1}, values, valid);
  EXPECT_EQ(std::count(valid.begin(), valid.end(), 0), 100);
}

TEST_F(TilesTest, DamagedTilesAreNamedAndNodata) {
  write_tile(folder / "4/1/1.png", {});
  const std::string whole = contents(folder / "4/1/1.png");
  write_file(folder / "4/2/1.png", whole.substr(0, whole.size() / 2));
  write_file(folder / "4/3/1.png", "<html>not here</html>");
  std::string flipped = whole;
  flipped[whole.size() / 2] = static_cast<char>(flipped[whole.size() / 2] ^ 0x55);
  write_file(folder / "4/1/2.png", flipped);
  write_tile(folder / "4/2/2.png", {.side = 512});
  write_file(folder / "4/3/2.png", "");
  const std::string name = "xyz:" + folder.string();
  const auto all = pixels_of(name);
  for (const auto& [column, row] : std::vector<std::pair<int, int>>{{1, 0}, {2, 0}, {0, 1}, {1, 1}, {2, 1}})
    for (int band = 1; band <= 4; ++band)
      EXPECT_EQ(at(all, 768, 512, band, 256 * column + 130, 256 * row + 200), 0) << column << " " << row;
  EXPECT_EQ(at(all, 768, 512, 4, 130, 200), 255);
  const TileReport report = report_of(name);
  ASSERT_EQ(report.failed.size(), 5U);
  EXPECT_EQ(report.local, 1U);
  const auto cause = [&](const std::string& tile) {
    for (const FailedTile& one : report.failed)
      if (one.tile == tile) return one.cause;
    return std::string("not named");
  };
  EXPECT_NE(cause("4/2/1").find("cut short"), std::string::npos) << cause("4/2/1");
  EXPECT_NE(cause("4/3/1").find("not an image: \"<html>"), std::string::npos) << cause("4/3/1");
  EXPECT_NE(cause("4/1/2").find("damaged"), std::string::npos) << cause("4/1/2");
  EXPECT_NE(cause("4/2/2").find("512 x 512"), std::string::npos) << cause("4/2/2");
  EXPECT_NE(cause("4/3/2").find("no bytes"), std::string::npos) << cause("4/3/2");
}

TEST_F(TilesTest, AnImageCutAnywhereIsNotWhole) {
  for (const auto& [driver, bands] :
       std::vector<std::pair<const char*, int>>{{"PNG", 4}, {"JPEG", 3}, {"WEBP", 3}}) {
    write_tile(folder / driver, {.side = 64, .bands = bands, .driver = driver});
    const std::string whole = contents(folder / driver);
    EXPECT_EQ(tiles::image_fault(whole), "") << driver;
    EXPECT_EQ(tiles::image_fault(whole + "\n"), "") << driver;
    for (std::size_t length = 0; length < whole.size(); length += 1 + length / 50)
      EXPECT_NE(tiles::image_fault(whole.substr(0, length)), "") << driver << " cut at " << length;
  }
}

TEST_F(TilesTest, MbtilesCountRowsFromTheSouth) {
  write_tile(folder / "a.png", {.value = [](int, int, int) { return 50; }});
  write_tile(folder / "b.png", {.value = [](int, int, int) { return 99; }});
  const std::string file = path("map.mbtiles");
  write_mbtiles(file,
                {{{6, 10, 20}, contents(folder / "a.png")},
                 {{6, 11, 21}, contents(folder / "b.png")},
                 {{5, 5, 10}, contents(folder / "a.png")}},
                {{"format", "png"}, {"attribution", "\u00a9 Somebody"}, {"license", "CC0"}});
  const std::string name = "xyz:" + file;
  const auto all = pixels_of(name);
  ASSERT_EQ(all.size(), 4U * 512 * 512);
  EXPECT_EQ(at(all, 512, 512, 1, 10, 10), 50);
  EXPECT_EQ(at(all, 512, 512, 1, 300, 300), 99);
  EXPECT_EQ(at(all, 512, 512, 4, 300, 10), 0);
  EXPECT_EQ(at(all, 512, 512, 4, 10, 300), 0);
  const geo::DatasetPtr raster = geo::open_raster(name);
  EXPECT_STREQ(raster->GetMetadataItem("ATTRIBUTION"), "\u00a9 Somebody");
  EXPECT_STREQ(raster->GetMetadataItem("LICENSE"), "CC0");
  EXPECT_EQ(pixels_of(name + "#zoom=5").size(), 4U * 256 * 256);
  // GDAL's own driver sees the same ground.
  const geo::DatasetPtr other(GDALDataset::Open(file.c_str(), GDAL_OF_RASTER));
  ASSERT_NE(other, nullptr);
  std::array<double, 6> a{}, b{};
  raster->GetGeoTransform(a.data());
  other->GetGeoTransform(b.data());
  EXPECT_NEAR(a[1], b[1], 1e-9);
  const double columns = (a[0] - b[0]) / a[1], rows = (a[3] - b[3]) / a[5];
  EXPECT_NEAR(columns, std::round(columns), 1e-6);
  EXPECT_NEAR(rows, std::round(rows), 1e-6);
}

TEST_F(TilesTest, WhatIsNoSourceIsRefusedWithTheRemedy) {
  const auto open = [](const std::string& name) { return [name] { geo::open_raster(name); }; };
  write_file(folder / "notes.mbtiles", "this is no database, it is text; long enough to be looked at as one");
  write_tile(folder / "z/3/1/1.png", {});
  write_tile(folder / "z/4/9/9.png", {});
  fs::create_directories(folder / "empty");
  write_mbtiles(path("vector.mbtiles"), {{{0, 0, 0}, "x"}}, {{"format", "pbf"}});
  expect_error(open("xyz:" + path("none")), ErrorCode::not_found, {"no such folder"});
  expect_error(open("xyz:" + path("none.mbtiles")), ErrorCode::not_found, {"no such file"});
  expect_error(open("xyz:" + path("notes.mbtiles")), ErrorCode::format, {"notes.mbtiles", "not a database"});
  expect_error(open("xyz:" + path("vector.mbtiles")), ErrorCode::format, {"vector tiles"});
  expect_error(open("xyz:" + path("empty")), ErrorCode::not_found, {"no tile", "z/x/y.png"});
  expect_error(open("xyz:" + path("z") + "/{x}_{y}.png"), ErrorCode::usage, {"zoom", "`zoom=N`"});
  expect_error(open("xyz:" + path("z")), ErrorCode::usage, {"3, 4", "different ground", "`zoom=N`"});
  expect_error(open("xyz:" + path("z") + "#zoom=7"), ErrorCode::not_found, {"zoom 7", "3, 4"});
  expect_error(open("xyz:" + path("z") + "#zoom=3&bounds=100,0,101,1"), ErrorCode::mismatch,
               {"within the bounds"});
  expect_error(open("xyz:" + path("z") + "#zoom=3&bounds=0,0,1,1&bounds-crs=EPSG:none"), ErrorCode::usage,
               {"EPSG:none"});
  // Through GDAL itself the same is GDAL's error.
  geo::GdalErrors errors;
  EXPECT_EQ(GDALDataset::Open(("xyz:" + path("none")).c_str()), nullptr);
}

TEST_F(TilesTest, BoundsTakeTheTilesTheyTouch) {
  for (int x = 8; x < 12; ++x)
    for (int y = 4; y < 8; ++y) write_tile(folder / fmt::format("4/{}/{}.png", x, y), {});
  // From the middle of tile 9 to the middle of 10 eastwards; to the very edge of row 6, not beyond it.
  const auto lat = [](double y) { return std::atan(std::sinh(M_PI * (1 - 2 * y / 16))) * 180 / M_PI; };
  const std::string box =
      fmt::format("#bounds={},{},{},{}", 9.5 * 22.5 - 180, lat(7), 10.5 * 22.5 - 180, lat(5.5));
  const geo::DatasetPtr raster = geo::open_raster("xyz:" + folder.string() + box);
  EXPECT_EQ(raster->GetRasterXSize(), 512);
  EXPECT_EQ(raster->GetRasterYSize(), 512);
  std::array<double, 6> g{};
  raster->GetGeoTransform(g.data());
  EXPECT_DOUBLE_EQ(g[0], 20037508.342789244 * (9.0 / 8 - 1));
  EXPECT_DOUBLE_EQ(g[3], 20037508.342789244 * (1 - 5.0 / 8));
  const geo::DatasetPtr wider = geo::open_raster("xyz:" + folder.string() + box + "&margin=1");
  EXPECT_EQ(wider->GetRasterXSize(), 4 * 256);
  EXPECT_EQ(geo::open_raster("xyz:" + folder.string() + "#bounds=-180,-90,180,90")->GetRasterXSize(),
            16 * 256);
}

TEST_F(TilesTest, IndexTilesKeepTheirValues) {
  const fs::path labels = shared_data("data/slippy_xiamen_sample/labels");
  TERRAMASK_REQUIRE(labels);
  const std::string name = "xyz:" + labels.string() + "/18/{x}/{y}.png#zoom=18&pixels=index";
  const auto all = pixels_of(name);
  const geo::DatasetPtr raster = geo::open_raster(name);
  ASSERT_EQ(raster->GetRasterCount(), 2);
  ASSERT_NE(raster->GetRasterBand(1)->GetColorTable(), nullptr);
  EXPECT_EQ(raster->GetRasterBand(1)->GetColorTable()->GetColorEntry(1)->c1, 249);
  const int width = raster->GetRasterXSize(), height = raster->GetRasterYSize();
  std::size_t tiles = 0;
  for (const auto& entry : fs::recursive_directory_iterator(labels)) {
    if (entry.path().extension() != ".png") continue;
    const geo::DatasetPtr tile = geo::open_raster(entry.path().string());
    const int x = (std::stoi(entry.path().parent_path().filename()) - 217057) * 256;
    const int y = (std::stoi(entry.path().stem()) - 112659) * 256;
    std::vector<std::uint8_t> values(65536);
    ASSERT_EQ(tile->GetRasterBand(1)->RasterIO(GF_Read, 0, 0, 256, 256, values.data(), 256, 256, GDT_Byte, 0,
                                               0, nullptr),
              CE_None);
    std::array<double, 6> g{};
    raster->GetGeoTransform(g.data());
    const int left =
        static_cast<int>(std::lround((20037508.342789244 * (217057.0 / 131072 - 1) - g[0]) / g[1]));
    const int top =
        static_cast<int>(std::lround((20037508.342789244 * (1 - 112659.0 / 131072) - g[3]) / g[5]));
    std::size_t different = 0;
    for (int row = 0; row < 256; ++row)
      for (int column = 0; column < 256; ++column) {
        const auto pixel = static_cast<std::size_t>(row) * 256 + static_cast<std::size_t>(column);
        different += at(all, width, height, 1, left + x + column, top + y + row) != values[pixel] ? 1 : 0;
        different += at(all, width, height, 2, left + x + column, top + y + row) != 255 ? 1 : 0;
      }
    EXPECT_EQ(different, 0U) << entry.path();
    ++tiles;
  }
  EXPECT_EQ(tiles, report_of(name).local);
}

}  // namespace
}  // namespace terramask::tests
