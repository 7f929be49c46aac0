// A mask as it stands on disk: grid, values, palette, names, table, overviews.
#include <gdal_rat.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

#include "geo/files/open.hpp"
#include "write_support.hpp"

namespace terramask::tests {
namespace {

TEST(WriteMask, HoldsTheValuesWrittenInAnyOrder) {
  const TemporaryFolder folder;
  const Grid grid = utm_grid(1301, 777);
  make_town_mask(folder.file("mask.tif"), grid);
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"mask.qml", "mask.tif", "mask.tif.aux.xml"}));
  const auto mask = geo::open_raster(folder.file("mask.tif"));
  ASSERT_EQ(mask->GetRasterXSize(), 1301);
  ASSERT_EQ(mask->GetRasterYSize(), 777);
  EXPECT_EQ(mask->GetRasterBand(1)->GetRasterDataType(), GDT_Byte);
  EXPECT_EQ(mask->GetRasterBand(1)->GetNoDataValue(), 255);
  EXPECT_EQ(read_band<std::uint16_t>(*mask, 1, GDT_UInt16), town_block(grid.extent(), 255));
}

TEST(WriteMask, IsAValidCogWithItsSidecar) {
  const TemporaryFolder folder;
  make_town_mask(folder.file("mask.tif"), utm_grid(1301, 777));
  EXPECT_STREQ(geo::open_raster(folder.file("mask.tif"))->GetMetadataItem("LAYOUT", "IMAGE_STRUCTURE"),
               "COG");
  TERRAMASK_EXPECT_VALID_COG(folder.file("mask.tif"), folder);
}

TEST(WriteMask, HasPaletteNamesAndClasses) {
  const TemporaryFolder folder;
  make_town_mask(folder.file("mask.tif"), utm_grid(600, 600));
  const auto mask = geo::open_raster(folder.file("mask.tif"));
  GDALRasterBand* band = mask->GetRasterBand(1);
  EXPECT_EQ(band->GetColorInterpretation(), GCI_PaletteIndex);
  const GDALColorTable* table = band->GetColorTable();
  ASSERT_NE(table, nullptr);
  const GDALColorEntry road = *table->GetColorEntry(1);
  EXPECT_EQ((std::vector<short>{road.c1, road.c2, road.c3, road.c4}), (std::vector<short>{255, 212, 0, 255}));
  const GDALColorEntry building = *table->GetColorEntry(4);
  EXPECT_EQ((std::vector<short>{building.c1, building.c2, building.c3}),
            (std::vector<short>{0xd0, 0x20, 0x20}));
  EXPECT_EQ(table->GetColorEntry(255)->c4, 0) << "nodata is transparent";
  char** names = band->GetCategoryNames();
  ASSERT_EQ(CSLCount(names), 5);
  EXPECT_STREQ(names[1], "road");
  EXPECT_STREQ(names[2], "");
  EXPECT_STREQ(names[4], "Gebäude <old> & \"new\"");
}

TEST(WriteMask, KeepsItsClassesWhenMovedWithAndWithoutTheSidecar) {
  const TemporaryFolder folder;
  make_town_mask(folder.file("mask.tif"), utm_grid(600, 600));
  std::filesystem::create_directory(folder.path() / "elsewhere");
  std::filesystem::rename(folder.file("mask.tif"), folder.file("elsewhere/moved.tif"));
  std::filesystem::rename(folder.file("mask.tif.aux.xml"), folder.file("elsewhere/moved.tif.aux.xml"));
  {
    const auto mask = geo::open_raster(folder.file("elsewhere/moved.tif"));
    // In this order: GDAL 3.6 does not read the sidecar for category names, but keeps them once it was read.
    EXPECT_NE(mask->GetRasterBand(1)->GetDefaultRAT(), nullptr);
    EXPECT_EQ(CSLCount(mask->GetRasterBand(1)->GetCategoryNames()), 5);
  }
  std::filesystem::remove(folder.file("elsewhere/moved.tif.aux.xml"));
  const auto mask = geo::open_raster(folder.file("elsewhere/moved.tif"));
  EXPECT_EQ(CSLCount(mask->GetRasterBand(1)->GetCategoryNames()), 0);
  const auto classes = nlohmann::json::parse(mask->GetMetadataItem("TERRAMASK_CLASSES"));
  ASSERT_EQ(classes.size(), 3u);
  EXPECT_EQ(classes[2],
            nlohmann::json({{"value", 4}, {"name", "Gebäude <old> & \"new\""}, {"color", "#d02020"}}));
}

TEST(WriteMask, CountsPixelsInItsAttributeTable) {
  const TemporaryFolder folder;
  const Grid grid = utm_grid(1301, 777);
  make_town_mask(folder.file("mask.tif"), grid);
  std::vector<int> expected(5);
  for (const std::uint16_t value : town_block(grid.extent(), 255))
    if (value < 5) ++expected[value];
  const auto mask = geo::open_raster(folder.file("mask.tif"));
  const GDALRasterAttributeTable* table = mask->GetRasterBand(1)->GetDefaultRAT();
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->GetTableType(), GRTT_THEMATIC);
  ASSERT_EQ(table->GetRowCount(), 3);
  const int count = table->GetColOfUsage(GFU_PixelCount);
  EXPECT_EQ(table->GetValueAsInt(1, table->GetColOfUsage(GFU_MinMax)), 1);
  EXPECT_STREQ(table->GetValueAsString(1, table->GetColOfUsage(GFU_Name)), "road");
  EXPECT_EQ(table->GetValueAsInt(1, table->GetColOfUsage(GFU_Red)), 255);
  EXPECT_EQ(table->GetValueAsInt(1, table->GetColOfUsage(GFU_Green)), 212);
  EXPECT_EQ(table->GetValueAsInt(0, count), expected[0]);
  EXPECT_EQ(table->GetValueAsInt(1, count), expected[1]);
  EXPECT_EQ(table->GetValueAsInt(2, count), expected[4]);
}

TEST(WriteMask, BuildsOverviewsByMode) {
  const TemporaryFolder folder;
  const Grid grid = utm_grid(1024, 1024);
  const auto writer = MaskWriter::create(
      {folder.file("mask.tif"), grid, {{0, "a", "#000000"}, {9, "b", "#ffffff"}}, {}, {}, false});
  // Of each 2 × 2 pixels three are 9: an average would be 6.75, the nearest 0.
  std::vector<std::uint16_t> values(1024 * 1024, 9);
  for (std::size_t y = 0; y < 1024; y += 2)
    for (std::size_t x = 0; x < 1024; x += 2) values[y * 1024 + x] = 0;
  writer->write(grid.extent(), values);
  writer->finish({}, nullptr);
  const auto mask = geo::open_raster(folder.file("mask.tif"));
  ASSERT_EQ(mask->GetRasterBand(1)->GetOverviewCount(), 1);
  GDALRasterBand* overview = mask->GetRasterBand(1)->GetOverview(0);
  ASSERT_EQ(overview->GetXSize(), 512);
  std::vector<std::uint8_t> small(512 * 512);
  ASSERT_EQ(overview->RasterIO(GF_Read, 0, 0, 512, 512, small.data(), 512, 512, GDT_Byte, 0, 0, nullptr),
            CE_None);
  EXPECT_EQ(small, std::vector<std::uint8_t>(512 * 512, 9));
}

/// What the overview of a raster must hold, straight from the definition.
std::vector<int> halved_by_mode(const std::vector<int>& source, int width, int height, int nodata) {
  std::vector<int> result;
  for (int y = 0; y < height; y += 2)
    for (int x = 0; x < width; x += 2) {
      std::vector<int> seen;
      for (const auto& [dx, dy] : {std::pair{0, 0}, {1, 0}, {0, 1}, {1, 1}})
        if (x + dx < width && y + dy < height)
          if (const int value = source[static_cast<std::size_t>((y + dy) * width + x + dx)]; value != nodata)
            seen.push_back(value);
      int best = nodata;
      for (const int value : seen)
        if (best == nodata ||
            std::count(seen.begin(), seen.end(), value) > std::count(seen.begin(), seen.end(), best))
          best = value;
      result.push_back(best);
    }
  return result;
}

TEST(WriteMask, HasEveryOverviewDownToOneBlock) {
  for (const bool wide : {false, true}) {
    const TemporaryFolder folder;
    const Grid grid = utm_grid(2301, 1205);  // odd at several levels
    std::vector<ClassInfo> classes;
    for (int i = 0; i < 4; ++i) classes.push_back({i, "c", "#000000"});
    if (wide) classes.push_back({700, "c", "#000000"});
    const auto writer =
        MaskWriter::create({folder.file("mask.tif"), grid, classes, {}, {"BLOCKSIZE=256"}, false});
    std::minstd_rand random(1);
    std::vector<std::uint16_t> values(2301 * 1205);
    for (auto& value : values) {
      const auto draw = random() / 11 % 5;
      value = static_cast<std::uint16_t>(draw == 4 ? static_cast<unsigned>(writer->nodata()) : draw);
    }
    writer->write(grid.extent(), values);
    writer->finish({}, nullptr);
    const auto mask = geo::open_raster(folder.file("mask.tif"));
    GDALRasterBand* band = mask->GetRasterBand(1);
    ASSERT_EQ(band->GetOverviewCount(), 4);  // 1151, 576, 288, 144
    std::vector<int> expected(values.begin(), values.end());
    int width = 2301;
    int height = 1205;
    for (int level = 0; level < 4; ++level) {
      expected = halved_by_mode(expected, width, height, writer->nodata());
      width = (width + 1) / 2;
      height = (height + 1) / 2;
      GDALRasterBand* overview = band->GetOverview(level);
      ASSERT_EQ(overview->GetXSize(), width);
      ASSERT_EQ(overview->GetYSize(), height);
      std::vector<int> found(expected.size());
      ASSERT_EQ(overview->RasterIO(GF_Read, 0, 0, width, height, found.data(), width, height, GDT_Int32, 0, 0,
                                   nullptr),
                CE_None);
      EXPECT_EQ(found, expected) << "level " << level;
    }
    TERRAMASK_EXPECT_VALID_COG(folder.file("mask.tif"), folder);
  }
}

TEST(WriteMask, KeepsGridsToTheLastDigit) {
  const std::vector<std::array<double, 6>> transforms{
      {500000.123456789, 0.333333333333, 0, 4649776.987654321, 0, -0.333333333333},
      {500000.1, 0.5, 0.25, 4649776.2, -0.25, 0.5},  // rotated
      {500000.1, 0.5, 0, 4649776.2, 0, 0.5},         // south-up
      {500000.1, -0.5, 0, 4649776.2, 0, -0.5}};      // east to west
  for (const auto& transform : transforms) {
    const TemporaryFolder folder;
    Grid grid = utm_grid(70, 50);
    grid.geotransform = transform;
    make_town_mask(folder.file("mask.tif"), grid);
    const auto mask = geo::open_raster(folder.file("mask.tif"));
    std::array<double, 6> found;
    ASSERT_EQ(mask->GetGeoTransform(found.data()), CE_None);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(found[i], transform[i], 1e-9);
    EXPECT_STREQ(mask->GetSpatialRef()->GetAuthorityCode(nullptr), "32632");
  }
}

TEST(WriteMask, KeepsSystemsGeotiffHasNoKeysFor) {
  for (const char* crs :
       {"+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=39.25 +lon_0=18 +datum=WGS84 +type=crs",
        "+proj=geos +h=35785831 +lon_0=-75 +sweep=x +datum=WGS84 +type=crs", "EPSG:2953",
        "+proj=aeqd +lat_0=52 +lon_0=5 +a=6371000 +b=6371000 +units=ft +type=crs", "EPSG:4807"}) {
    const TemporaryFolder folder;
    Grid grid = utm_grid(70, 50);
    grid.geotransform = {-1, 0.01, 0, 1, 0, -0.01};
    grid.crs = crs;
    ASSERT_NO_THROW(make_town_mask(folder.file("mask.tif"), grid)) << crs;
    OGRSpatialReference wanted;
    ASSERT_EQ(wanted.SetFromUserInput(crs), OGRERR_NONE);
    const auto mask = geo::open_raster(folder.file("mask.tif"));
    ASSERT_NE(mask->GetSpatialRef(), nullptr) << crs;
    char* found = nullptr;
    char* given = nullptr;
    mask->GetSpatialRef()->exportToProj4(&found);
    wanted.exportToProj4(&given);
    EXPECT_STREQ(found, given);
    CPLFree(found);
    CPLFree(given);
  }
}

TEST(WriteMask, KeepsTheEpochOfItsCoordinates) {
  const TemporaryFolder folder;
  Grid grid = utm_grid(60, 40);
  grid.epoch = 2021.3;
  make_town_mask(folder.file("mask.tif"), grid);
  EXPECT_EQ(geo::open_raster(folder.file("mask.tif"))->GetSpatialRef()->GetCoordinateEpoch(), 2021.3);
}

TEST(WriteMask, IsWrittenOnASiteGrid) {
  const TemporaryFolder folder;
  Grid grid = utm_grid(70, 50);
  grid.crs = "LOCAL_CS[\"site\",UNIT[\"metre\",1]]";
  make_town_mask(folder.file("mask.tif"), grid);
  EXPECT_EQ(geo::open_raster(folder.file("mask.tif"))->GetRasterBand(1)->GetDefaultRAT()->GetColumnCount(),
            6);
}

TEST(WriteMask, IsWrittenWithoutGeoreference) {
  const TemporaryFolder folder;
  Grid grid;
  grid.width = 70;
  grid.height = 50;
  make_town_mask(folder.file("mask.tif"), grid);
  const auto mask = geo::open_raster(folder.file("mask.tif"));
  std::array<double, 6> found;
  EXPECT_EQ(mask->GetGeoTransform(found.data()), CE_Failure);
  EXPECT_EQ(mask->GetSpatialRef(), nullptr);
  EXPECT_EQ(mask->GetRasterBand(1)->GetDefaultRAT()->GetColumnCount(), 6)
      << "no areas rather than wrong ones";
}

TEST(WriteMask, LeavesWhatWasNotWrittenNodata) {
  const TemporaryFolder folder;
  const Grid grid = utm_grid(900, 700);
  const auto writer = MaskWriter::create({folder.file("mask.tif"), grid, town_classes(), {}, {}, false});
  writer->write({600, 600, 10, 10}, std::vector<std::uint16_t>(100, 4));
  writer->finish({}, nullptr);
  const auto mask = geo::open_raster(folder.file("mask.tif"));
  const auto values = read_band<std::uint8_t>(*mask, 1, GDT_Byte);
  EXPECT_EQ(std::count(values.begin(), values.end(), 255), 900 * 700 - 100);
  EXPECT_EQ(values[605 * 900 + 605], 4);
}

TEST(WriteMask, TakesSixteenBitsForManyClassesAndLargeValues) {
  std::vector<ClassInfo> many;
  for (int i = 0; i < 1000; ++i) many.push_back({i, "class number " + std::to_string(i), "#102030"});
  const std::vector<ClassInfo> large{{0, "a", "#000000"}, {60000, "b", "#0000ff"}};
  for (const auto& classes : {many, large, std::vector<ClassInfo>{{255, "c", "#ffffff"}}}) {
    const TemporaryFolder folder;
    const Grid grid = utm_grid(1200, 600);
    const auto writer = MaskWriter::create({folder.file("mask.tif"), grid, classes, {}, {}, false});
    EXPECT_EQ(writer->nodata(), 65535);
    std::vector<std::uint16_t> values(1200 * 600);
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<std::uint16_t>(classes[i / 100 % classes.size()].value);
    writer->write(grid.extent(), values);
    writer->finish({}, nullptr);
    const auto mask = geo::open_raster(folder.file("mask.tif"));
    EXPECT_EQ(mask->GetRasterBand(1)->GetRasterDataType(), GDT_UInt16);
    EXPECT_EQ(mask->GetRasterBand(1)->GetNoDataValue(), 65535);
    EXPECT_EQ(read_band<std::uint16_t>(*mask, 1, GDT_UInt16), values);
    EXPECT_EQ(CSLCount(mask->GetRasterBand(1)->GetCategoryNames()), classes.back().value + 1);
    const GDALColorEntry* color =
        mask->GetRasterBand(1)->GetColorTable()->GetColorEntry(classes.back().value);
    ASSERT_NE(color, nullptr);
    EXPECT_EQ(color->c3, std::stoi(classes.back().color.substr(5), nullptr, 16));
    EXPECT_EQ(nlohmann::json::parse(mask->GetMetadataItem("TERRAMASK_CLASSES")).size(), classes.size());
  }
}

TEST(WriteMask, Keeps255ClassesInAByte) {
  std::vector<ClassInfo> classes;
  for (int i = 0; i < 255; ++i) classes.push_back({i, std::to_string(i), "#102030"});
  const TemporaryFolder folder;
  EXPECT_EQ(MaskWriter::create({folder.file("m.tif"), utm_grid(9, 9), classes, {}, {}, false})->nodata(),
            255);
  classes.push_back({255, "one more", "#000000"});
  EXPECT_EQ(MaskWriter::create({folder.file("m.tif"), utm_grid(9, 9), classes, {}, {}, false})->nodata(),
            65535);
}

TEST(WriteMask, CarriesMetadataAndCreationOptions) {
  const TemporaryFolder folder;
  const Grid grid = utm_grid(300, 300);
  const auto writer =
      MaskWriter::create({folder.file("mask.tif"),
                          grid,
                          town_classes(),
                          {{"TERRAMASK_MODEL", "roads <unet> & more"}, {"TERRAMASK_SHA256", "abc"}},
                          {"compress=lzw", "BLOCKSIZE=128"},
                          false});
  write_town(*writer, grid, 128);
  writer->finish({}, nullptr);
  const auto mask = geo::open_raster(folder.file("mask.tif"));
  EXPECT_STREQ(mask->GetMetadataItem("TERRAMASK_MODEL"), "roads <unet> & more");
  EXPECT_STREQ(mask->GetMetadataItem("TERRAMASK_SHA256"), "abc");
  EXPECT_STREQ(mask->GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE"), "LZW");
  int side = 0;
  mask->GetRasterBand(1)->GetBlockSize(&side, &side);
  EXPECT_EQ(side, 128);
}

TEST(WriteMask, RefusesValuesThatAreNoClass) {
  const TemporaryFolder folder;
  const auto writer =
      MaskWriter::create({folder.file("m.tif"), utm_grid(9, 9), town_classes(), {}, {}, false});
  const Error error = error_of([&] { writer->write({2, 3, 1, 1}, std::vector<std::uint16_t>{3}); });
  EXPECT_EQ(error.code(), ErrorCode::internal);
  EXPECT_NE(error.message().find("column 2, row 3"), std::string::npos) << error.what();
  EXPECT_EQ(error_of([&] {
              writer->write({8, 8, 2, 1}, std::vector<std::uint16_t>{0, 0});
            }).code(),
            ErrorCode::internal);
}

}  // namespace
}  // namespace terramask::tests
