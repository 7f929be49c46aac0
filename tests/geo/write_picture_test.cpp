// Pictures of masks, checked by their pixels.
#include <gmock/gmock.h>

#include <algorithm>

#include "geo/files/open.hpp"
#include "geo/picture/canvas.hpp"
#include "geo/picture/stroke_font.hpp"
#include "terramask/picture.hpp"
#include "write_support.hpp"

namespace terramask::tests {
namespace {

using testing::HasSubstr;

/// An image on `grid`, one value a band; its left half is nodata where `half` says so.
void make_image(const std::string& path, const Grid& grid, GDALDataType type, std::vector<double> values,
                bool half) {
  geo::ensure_gdal();
  const geo::DatasetPtr image(GetGDALDriverManager()->GetDriverByName("GTiff")->Create(
      path.c_str(), static_cast<int>(grid.width), static_cast<int>(grid.height),
      static_cast<int>(values.size()), type, nullptr));
  std::array<double, 6> transform = grid.geotransform;
  image->SetGeoTransform(transform.data());
  OGRSpatialReference crs;
  crs.SetFromUserInput(grid.crs.c_str());
  image->SetSpatialRef(&crs);
  for (std::size_t i = 0; i < values.size(); ++i) {
    GDALRasterBand* band = image->GetRasterBand(static_cast<int>(i) + 1);
    if (half) band->SetNoDataValue(0);
    band->Fill(values[i]);
    const auto width = static_cast<int>(grid.width / 2);
    std::vector<std::uint8_t> zeros(static_cast<std::size_t>(width) * static_cast<std::size_t>(grid.height));
    if (!half) continue;
    ASSERT_EQ(band->RasterIO(GF_Write, 0, 0, width, static_cast<int>(grid.height), zeros.data(), width,
                             static_cast<int>(grid.height), GDT_Byte, 0, 0, nullptr),
              CE_None);
  }
}

/// Left half of the grid "a" (red), right half "b" (blue).
void make_halves(const std::string& path, const Grid& grid, std::uint16_t left = 1, std::uint16_t right = 2) {
  const auto writer =
      MaskWriter::create({path, grid, {{1, "a", "#ff0000"}, {2, "b", "#0000ff"}}, {}, {}, true});
  std::vector<std::uint16_t> values;
  for (std::int64_t i = 0; i < grid.width * grid.height; ++i)
    values.push_back(i % grid.width < grid.width / 2 ? left : right);
  writer->write(grid.extent(), values);
  writer->finish({}, nullptr);
}

struct Picture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;

  explicit Picture(const std::string& path) {
    const auto png = geo::open_raster(path);
    width = png->GetRasterXSize();
    height = png->GetRasterYSize();
    EXPECT_EQ(png->GetRasterCount(), 3);
    rgb.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
    EXPECT_EQ(png->RasterIO(GF_Read, 0, 0, width, height, rgb.data(), width, height, GDT_Byte, 3, nullptr, 3,
                            3 * width, 1, nullptr),
              CE_None);
  }
  geo::Color at(int x, int y) const {
    const auto i =
        (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)) * 3;
    return {rgb[i], rgb[i + 1], rgb[i + 2]};
  }
  long count(geo::Color color) const {
    long found = 0;
    for (std::size_t i = 0; i < rgb.size(); i += 3)
      found += rgb[i] == color[0] && rgb[i + 1] == color[1] && rgb[i + 2] == color[2];
    return found;
  }
};

class WritePicture : public testing::Test {
 protected:
  TemporaryFolder folder_;
};

TEST_F(WritePicture, ShowsTheImageTheMaskOverItAndALegend) {
  const Grid grid = utm_grid(400, 300);
  make_image(folder_.file("image.tif"), grid, GDT_Byte, {200, 100, 60}, false);
  make_halves(folder_.file("mask.tif"), grid);
  write_picture(folder_.file("out.png"), folder_.file("image.tif"), folder_.file("mask.tif"), 1600, 0.5,
                false);
  EXPECT_EQ(folder_.names(),
            (std::vector<std::string>{"image.tif", "mask.qml", "mask.tif", "mask.tif.aux.xml", "out.png"}));
  const Picture picture(folder_.file("out.png"));
  EXPECT_LE(std::max(picture.width, picture.height), 1600);
  const double scale = 1;  // two panels of 400 do not fit twice as large
  const double panel = 400 * 300 * scale;
  EXPECT_GT(picture.count({200, 100, 60}), panel * 0.85) << "the image itself, but for the scale bar";
  EXPECT_GT(picture.count({228, 50, 30}), panel * 0.45) << "half red over it";
  EXPECT_GT(picture.count({100, 50, 158}), panel * 0.45) << "half blue over it";
  EXPECT_GT(picture.count({255, 0, 0}), 100) << "the legend's swatch";
  EXPECT_GT(picture.count({0, 0, 255}), 100);
}

TEST_F(WritePicture, LaysTheMaskOfAPartOverThatPart) {
  const Grid grid = utm_grid(400, 300);
  make_image(folder_.file("image.tif"), grid, GDT_Byte, {10, 20, 30}, true);
  const Grid part = cut(grid, {100, 50, 200, 200});  // its left half is the image's nodata
  make_halves(folder_.file("mask.tif"), part);
  write_picture(folder_.file("out.png"), folder_.file("image.tif"), folder_.file("mask.tif"), 1000, 0, false);
  const Picture picture(folder_.file("out.png"));
  const double image = 2.0 * 100 * 200 * 4;  // in both panels, twice as large
  EXPECT_NEAR(static_cast<double>(picture.count({10, 20, 30})), image, image * 0.02);
}

TEST_F(WritePicture, StretchesSixteenBits) {
  const auto image = shared_data("data/gdal_io/RGBA.uint16.tif");
  TERRAMASK_REQUIRE(image);
  const auto raster = geo::open_raster(image.string());
  Grid grid = utm_grid(raster->GetRasterXSize(), raster->GetRasterYSize());
  raster->GetGeoTransform(grid.geotransform.data());
  grid.crs = raster->GetSpatialRef() == nullptr ? "" : raster->GetSpatialRef()->GetName();
  char* wkt = nullptr;
  if (!grid.crs.empty()) raster->GetSpatialRef()->exportToWkt(&wkt);
  grid.crs = wkt == nullptr ? "" : wkt;
  CPLFree(wkt);
  make_halves(folder_.file("mask.tif"), grid);
  write_picture(folder_.file("out.png"), image.string(), folder_.file("mask.tif"), 800, 0, false);
  const Picture picture(folder_.file("out.png"));
  int darkest = 255;
  int brightest = 0;
  for (int y = picture.height / 4; y < picture.height / 2; ++y)
    for (int x = picture.width / 8; x < picture.width * 3 / 8; ++x) {
      darkest = std::min<int>(darkest, picture.at(x, y)[1]);
      brightest = std::max<int>(brightest, picture.at(x, y)[1]);
    }
  EXPECT_LT(darkest, 60);
  EXPECT_GT(brightest, 200);
}

TEST_F(WritePicture, KeepsWithinItsSizeWhateverTheShape) {
  for (const auto& [width, height] :
       std::vector<std::pair<int, int>>{{900, 30}, {30, 900}, {1, 1}, {2000, 2000}}) {
    const Grid grid = utm_grid(width, height);
    make_image(folder_.file("image.tif"), grid, GDT_UInt16, {500}, false);
    make_halves(folder_.file("mask.tif"), grid);
    for (const int side : {300, 1200}) {
      write_picture(folder_.file("out.png"), folder_.file("image.tif"), folder_.file("mask.tif"), side, 0.5,
                    true);
      const Picture picture(folder_.file("out.png"));
      EXPECT_LE(std::max(picture.width, picture.height), side) << width << " × " << height;
    }
  }
}

TEST_F(WritePicture, RefusesWhatDoesNotFit) {
  const Grid grid = utm_grid(40, 30);
  make_image(folder_.file("image.tif"), grid, GDT_Byte, {1, 2, 3}, false);
  const auto refused = [&](const Grid& mask_grid) {
    make_halves(folder_.file("mask.tif"), mask_grid);
    return error_of([&] {
      write_picture(folder_.file("out.png"), folder_.file("image.tif"), folder_.file("mask.tif"), 800, 0.5,
                    false);
    });
  };
  Grid elsewhere = grid;
  elsewhere.geotransform[0] += 1000;
  EXPECT_EQ(refused(elsewhere).code(), ErrorCode::mismatch);
  Grid other_crs = grid;
  other_crs.crs = "EPSG:32633";
  EXPECT_THAT(refused(other_crs).message(), HasSubstr("not a mask of"));
  make_halves(folder_.file("mask.tif"), grid);
  const auto draw = [&](const std::string& out, int side, double opacity) {
    return error_of([&] {
      write_picture(folder_.file(out), folder_.file("image.tif"), folder_.file("mask.tif"), side, opacity,
                    false);
    });
  };
  EXPECT_EQ(draw("out.png", 5, 0.5).code(), ErrorCode::usage);
  EXPECT_EQ(draw("out.png", 500, 1.5).code(), ErrorCode::usage);
  EXPECT_EQ(draw("mask.tif", 500, 0.5).code(), ErrorCode::usage) << "the output is an input";
  EXPECT_FALSE(std::filesystem::exists(folder_.file("out.png")));
  std::ofstream(folder_.file("out.png")) << "x";
  EXPECT_EQ(draw("out.png", 500, 0.5).code(), ErrorCode::exists);
}

TEST(StrokeFont, KnowsAsciiAndTheAccentsOfLatinLanguages) {
  const double box = geo::set_text("\xd0\xb6").width;  // a Cyrillic letter
  EXPECT_EQ(geo::set_text("\xd0\xb6").strokes.size(), 1u);
  for (char letter = '!'; letter <= '~'; ++letter) {
    const auto text = geo::set_text(std::string(1, letter));
    ASSERT_FALSE(text.strokes.empty()) << letter;
    const bool is_box = text.strokes.size() == 1 && text.width == box && text.strokes[0].size() == 5;
    EXPECT_FALSE(is_box) << letter;
  }
  for (const char* text : {"ä", "Ü", "é", "ç", "ñ", "š", "ő", "ę", "å", "ß", "ø", "²"})
    EXPECT_NE(geo::set_text(text).strokes[0].size(), 5u) << text;
  EXPECT_GT(geo::set_text("é").strokes.size(), geo::set_text("e").strokes.size());
  EXPECT_NO_THROW(geo::set_text("\xff\xc3 broken \xe2\x82"));
  EXPECT_EQ(geo::set_text("").width, 0);
}

}  // namespace
}  // namespace terramask::tests
