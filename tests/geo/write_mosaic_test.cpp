// One COG of many tiles: pixel by pixel what the tiles hold.
#include <gdal_rat.h>
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "geo/style/mask_classes.hpp"
#include "temporary_folder.hpp"
#include "terramask/gdal.hpp"
#include "terramask/mask_writer.hpp"
#include "terramask/mosaic.hpp"

namespace terramask {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class WriteMosaic : public testing::Test {
 protected:
  void SetUp() override {
    configure_gdal(std::uint64_t{64} << 20);
    fs::create_directory(folder_ / "tiles");
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  static Grid grid(std::int64_t x, std::int64_t y, std::int64_t width, std::int64_t height) {
    Grid made;
    made.width = width;
    made.height = height;
    made.geotransform = {452000 + 0.5 * static_cast<double>(x),  0.5, 0,
                         5412000 - 0.5 * static_cast<double>(y), 0,   -0.5};
    made.has_geotransform = true;
    made.crs = "EPSG:32633";
    return made;
  }

  /// A mask whose pixels are `value(x, y)` in the mosaic's columns and rows.
  template <class F>
  void write_mask(const std::string& name, const Window& place, const F& value,
                  std::vector<ClassInfo> classes = {
                      {0, "land", "#808080"}, {1, "road", "#ffd400"}, {2, "water", "#0000ff"}}) {
    MaskOptions options;
    options.path = path(name);
    options.grid = grid(place.x, place.y, place.width, place.height);
    options.classes = std::move(classes);
    options.metadata = {{"TERRAMASK_MODEL", "roads"}, {"TERRAMASK_INPUT", name}};
    const auto writer = MaskWriter::create(options);
    std::vector<std::uint16_t> values;
    for (std::int64_t y = place.y; y < place.y + place.height; ++y)
      for (std::int64_t x = place.x; x < place.x + place.width; ++x) values.push_back(value(x, y));
    writer->write(options.grid.extent(), values);
    writer->finish({}, nullptr);
  }

  /// Bands of a type whose pixels are `value(band, x, y)`.
  template <class F>
  void write_image(const std::string& name, const Window& place, int bands, GDALDataType type, const F& value,
                   std::optional<double> nodata = {}) {
    const geo::DatasetPtr file(GetGDALDriverManager()->GetDriverByName("GTiff")->Create(
        path(name).c_str(), static_cast<int>(place.width), static_cast<int>(place.height), bands, type,
        nullptr));
    Grid at = grid(place.x, place.y, place.width, place.height);
    file->SetGeoTransform(at.geotransform.data());
    OGRSpatialReference crs;
    crs.importFromEPSG(32633);
    file->SetSpatialRef(&crs);
    std::vector<double> values(static_cast<std::size_t>(place.width * place.height));
    for (int band = 0; band < bands; ++band) {
      GDALRasterBand* to = file->GetRasterBand(band + 1);
      if (nodata) to->SetNoDataValue(*nodata);
      to->SetDescription(("band " + std::to_string(band)).c_str());
      std::size_t i = 0;
      for (std::int64_t y = place.y; y < place.y + place.height; ++y)
        for (std::int64_t x = place.x; x < place.x + place.width; ++x) values[i++] = value(band, x, y);
      ASSERT_EQ(to->RasterIO(GF_Write, 0, 0, static_cast<int>(place.width), static_cast<int>(place.height),
                             values.data(), static_cast<int>(place.width), static_cast<int>(place.height),
                             GDT_Float64, 0, 0, nullptr),
                CE_None);
    }
  }

  std::vector<double> read(GDALRasterBand& band) const {
    std::vector<double> values(static_cast<std::size_t>(band.GetXSize()) *
                               static_cast<std::size_t>(band.GetYSize()));
    EXPECT_EQ(band.RasterIO(GF_Read, 0, 0, band.GetXSize(), band.GetYSize(), values.data(), band.GetXSize(),
                            band.GetYSize(), GDT_Float64, 0, 0, nullptr),
              CE_None);
    return values;
  }

  MosaicSummary mosaic(std::vector<std::string> tiles, MosaicOptions options = {}) const {
    for (std::string& tile : tiles) tile = tile.starts_with('@') ? "@" + path(tile.substr(1)) : path(tile);
    options.tiles = tiles;
    options.output = path("out.tif");
    options.overwrite = true;
    return write_mosaic(options, {}, nullptr);
  }

  std::string error(const std::vector<std::string>& tiles) const {
    try {
      (void)mosaic(tiles);
    } catch (const Error& failed) {
      EXPECT_FALSE(failed.remedy().empty()) << failed.what();
      EXPECT_FALSE(fs::exists(path("out.tif")));
      return failed.what();
    }
    return "no error";
  }

  tests::TemporaryFolder temporary_;
  fs::path folder_ = temporary_.path();
};

std::uint16_t pattern(std::int64_t x, std::int64_t y, std::uint64_t seed) {
  const std::uint64_t mixed = (static_cast<std::uint64_t>(x / 3) * 0x9E3779B97F4A7C15U) ^
                              (static_cast<std::uint64_t>(y / 2) * 0xC2B2AE3D27D4EB4FU) ^
                              (seed * 0x165667B19E3779F9U);
  const std::uint64_t drawn = (mixed ^ (mixed >> 29)) % 7;
  return static_cast<std::uint16_t>(drawn < 6 ? drawn % 3 : 255);
}

TEST_F(WriteMosaic, MasksAreLaidPixelByPixelTheLaterOverTheEarlier) {
  // Twelve tiles of uneven sizes, over each other by some pixels, with nodata in them and a gap between.
  std::vector<Window> places;
  for (std::int64_t y = 0; y < 3; ++y)
    for (std::int64_t x = 0; x < 4; ++x)
      if (x != 2 || y != 1) places.push_back({x * 300, y * 250, 320, 270});
  for (std::size_t k = 0; k < places.size(); ++k)
    write_mask("tiles/" + std::string(1, static_cast<char>('a' + k)) + ".tif", places[k],
               [k](auto x, auto y) { return pattern(x, y, k); });
  for (const TilePriority priority : {TilePriority::last, TilePriority::first}) {
    MosaicOptions options;
    options.priority = priority;
    const MosaicSummary made = mosaic({"tiles"}, options);
    EXPECT_EQ(made.tiles, 11U);
    ASSERT_EQ(made.width, 1220);
    ASSERT_EQ(made.height, 770);
    std::vector<double> expected(1220 * 770, 255);
    std::vector<std::uint64_t> counts(256);
    for (std::size_t n = 0; n < places.size(); ++n) {
      const std::size_t k = priority == TilePriority::last ? n : places.size() - 1 - n;
      for (std::int64_t y = places[k].y; y < places[k].y + places[k].height; ++y)
        for (std::int64_t x = places[k].x; x < places[k].x + places[k].width; ++x)
          if (const std::uint16_t value = pattern(x, y, k); value != 255)
            expected[static_cast<std::size_t>(y * 1220 + x)] = value;
    }
    for (const double value : expected) ++counts[static_cast<std::size_t>(value)];
    const geo::DatasetPtr file = geo::open_raster(path("out.tif"));
    GDALRasterBand* band = file->GetRasterBand(1);
    EXPECT_EQ(read(*band), expected);
    EXPECT_EQ(made.valid_pixels, expected.size() - counts[255]);
    // What masks have besides.
    EXPECT_EQ(band->GetNoDataValue(), 255);
    const std::vector<ClassInfo> classes = geo::read_classes(*file);
    ASSERT_EQ(classes.size(), 3U);
    EXPECT_EQ(classes[1].name, "road");
    EXPECT_STREQ(band->GetCategoryNames()[2], "water");
    EXPECT_EQ(geo::palette_color(*file, 1), "#ffd400");
    const GDALRasterAttributeTable* table = band->GetDefaultRAT();
    ASSERT_NE(table, nullptr);
    for (int row = 0; row < 3; ++row)
      EXPECT_EQ(static_cast<std::uint64_t>(table->GetValueAsInt(row, 5)),
                counts[static_cast<std::size_t>(row)]);
    EXPECT_STREQ(file->GetMetadataItem("TERRAMASK_MODEL"), "roads");
    EXPECT_EQ(file->GetMetadataItem("TERRAMASK_INPUT"), nullptr);  // the tiles do not agree in it
    // By mode: only values that there are.
    ASSERT_GT(band->GetOverviewCount(), 0);
    for (const double value : read(*band->GetOverview(0))) EXPECT_TRUE(value <= 2 || value == 255);
  }
}

TEST_F(WriteMosaic, ImagesKeepTheirBandsAndGetAnAlphaBandForGaps) {
  const auto value = [](int band, std::int64_t x, std::int64_t y) {
    return static_cast<double>((x * 7 + y * 3 + band * 50) % 256);
  };
  write_image("tiles/a.tif", {0, 0, 60, 50}, 3, GDT_Byte, value);
  write_image("tiles/b.tif", {60, 0, 40, 50}, 3, GDT_Byte, value);
  EXPECT_EQ(mosaic({"tiles"}).bands, 3U);
  {
    const geo::DatasetPtr file = geo::open_raster(path("out.tif"));
    ASSERT_EQ(file->GetRasterXSize(), 100);
    for (int band = 0; band < 3; ++band) {
      const std::vector<double> found = read(*file->GetRasterBand(band + 1));
      for (std::int64_t i = 0; i < 5000; ++i)
        ASSERT_EQ(found[static_cast<std::size_t>(i)], value(band, i % 100, i / 100)) << i;
    }
    EXPECT_EQ(file->GetRasterBand(1)->GetColorInterpretation(), GCI_RedBand);
  }
  write_image("tiles/c.tif", {110, 20, 40, 50}, 3, GDT_Byte, value);
  const MosaicSummary gaps = mosaic({"tiles"});
  EXPECT_EQ(gaps.bands, 4U);
  EXPECT_EQ(gaps.valid_pixels, 7000U);
  const geo::DatasetPtr file = geo::open_raster(path("out.tif"));
  EXPECT_EQ(file->GetRasterBand(4)->GetColorInterpretation(), GCI_AlphaBand);
  const std::vector<double> alpha = read(*file->GetRasterBand(4));
  EXPECT_EQ(alpha[0], 255);
  EXPECT_EQ(alpha[105], 0);
}

TEST_F(WriteMosaic, ProbabilitiesKeepNodataNamesAndType) {
  const auto value = [](int band, std::int64_t x, std::int64_t y) {
    return x % 5 == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(x + y + band) / 256;
  };
  write_image("tiles/a.tif", {0, 0, 30, 20}, 2, GDT_Float32, value, std::numeric_limits<double>::quiet_NaN());
  write_image("tiles/b.tif", {40, 0, 30, 20}, 2, GDT_Float32, value,
              std::numeric_limits<double>::quiet_NaN());
  const MosaicSummary made = mosaic({"tiles"});
  EXPECT_EQ(made.bands, 2U);
  EXPECT_EQ(made.valid_pixels, 2U * 24 * 20);
  const geo::DatasetPtr file = geo::open_raster(path("out.tif"));
  EXPECT_STREQ(file->GetRasterBand(2)->GetDescription(), "band 1");
  EXPECT_EQ(file->GetRasterBand(1)->GetRasterDataType(), GDT_Float32);
  const std::vector<double> found = read(*file->GetRasterBand(2));
  for (std::int64_t i = 0; i < 70 * 20; ++i) {
    const std::int64_t x = i % 70, y = i / 70;
    if (x % 5 == 0 || (x >= 30 && x < 40))
      EXPECT_TRUE(std::isnan(found[static_cast<std::size_t>(i)])) << i;
    else
      EXPECT_EQ(found[static_cast<std::size_t>(i)], value(1, x, y)) << i;
  }
}

TEST_F(WriteMosaic, TilesOnOtherGridsAreRefusedOrAligned) {
  const auto stripes = [](std::int64_t x, std::int64_t) { return static_cast<std::uint16_t>(x / 20 % 3); };
  write_mask("a.tif", {0, 0, 100, 100}, stripes);
  write_mask("b.tif", {100, 0, 100, 100}, stripes);
  const auto warp = [&](const std::string& options) {
    return std::system(
        ("gdalwarp -q -overwrite " + options + " " + path("b.tif") + " " + path("c.tif")).c_str());
  };
  ASSERT_EQ(warp("-tr 0.1 0.1 -r near"), 0);
  EXPECT_THAT(error({"a.tif", "c.tif"}), HasSubstr("c.tif: its pixels have another size"));
  EXPECT_THAT(error({"a.tif", "c.tif"}), HasSubstr("`align`"));
  MosaicOptions align;
  align.align = true;
  const auto check = [&](double tolerated) {
    const MosaicSummary made = mosaic({"a.tif", "c.tif"}, align);
    EXPECT_EQ(made.aligned, 1U);
    const geo::DatasetPtr file = geo::open_raster(path("out.tif"));
    const std::vector<double> found = read(*file->GetRasterBand(1));
    double wrong = 0;
    for (std::int64_t y = 0; y < 100; ++y)
      for (std::int64_t x = 0; x < 200; ++x)
        wrong += found[static_cast<std::size_t>(y * made.width + x)] != stripes(x, y) ? 1 : 0;
    EXPECT_LE(wrong / 20000, tolerated);
  };
  check(0);  // by mode
  fs::remove(path("out.tif"));
  ASSERT_EQ(warp("-t_srs EPSG:25833 -r near"), 0);
  EXPECT_THAT(error({"a.tif", "c.tif"}), HasSubstr("is in EPSG:25833"));
  check(0.02);
}

TEST_F(WriteMosaic, WhatDoesNotFitIsNamed) {
  const auto one = [](auto, auto) { return std::uint16_t{1}; };
  write_mask("a.tif", {0, 0, 100, 100}, [](auto x, auto y) { return pattern(x, y, 1); });
  write_mask("b.tif", {100, 0, 50, 50}, one, {{1, "lake", "#0000ff"}});
  EXPECT_THAT(error({"a.tif", "b.tif"}),
              HasSubstr("b.tif: value 1 is \"lake\", in " + path("a.tif") + " it is \"road\""));
  write_image(
      "c.tif", {100, 0, 50, 50}, 1, GDT_UInt16, [](auto, auto, auto) { return 1.0; }, 255);
  EXPECT_THAT(error({"a.tif", "c.tif"}), HasSubstr("c.tif: its bands differ"));
  write_mask("d.tif", {100, 0, 600, 600}, [](auto x, auto y) { return pattern(x, y, 2); });
  fs::remove(path("d.tif.aux.xml"));
  fs::resize_file(path("d.tif"), fs::file_size(path("d.tif")) * 2 / 3);
  EXPECT_THAT(error({"a.tif", "d.tif"}), HasSubstr("d.tif: "));
  fs::create_directory(path("nothing"));
  EXPECT_THAT(error({"nothing"}), HasSubstr("the folder holds no"));
  EXPECT_THAT(error({"x*.tif"}), HasSubstr("no file matches this pattern"));
  std::ofstream(path("list.txt")) << "# tiles\n\n";
  EXPECT_THAT(error({"@list.txt"}), HasSubstr("the list names no tile"));
}

TEST_F(WriteMosaic, ListsPatternsAndFoldersNameTilesInOrder) {
  for (const char* name : {"tiles/b.tif", "tiles/a.TIF", "tiles/c.txt", "tiles/.hidden.tif"})
    std::ofstream(path(name)) << "x";
  std::ofstream(path("list.txt")) << "tiles/b.tif\r\n# no tile\n" << path("tiles/a.TIF") << "\n";
  EXPECT_EQ(list_tiles({path("tiles")}),
            (std::vector<std::string>{path("tiles/a.TIF"), path("tiles/b.tif")}));
  EXPECT_EQ(list_tiles({path("tiles/*.tif")}), (std::vector<std::string>{path("tiles/b.tif")}));
  EXPECT_EQ(list_tiles({"@" + path("list.txt")}),
            (std::vector<std::string>{path("tiles/b.tif"), path("tiles/a.TIF")}));
}

}  // namespace
}  // namespace terramask
