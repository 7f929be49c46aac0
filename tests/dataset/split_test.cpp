// The split shares out ground, and nothing of one part's ground reaches another.
#include "dataset/split.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "dataset/support.hpp"

namespace terramask::tests {
namespace {

class SplitTest : public ReadTest {};

Grid utm_grid(std::int64_t side, double x, double y) {
  Grid grid;
  grid.width = grid.height = side;
  grid.geotransform = {x, 1, 0, y, 0, -1};
  grid.has_geotransform = true;
  OGRSpatialReference crs;
  crs.importFromEPSG(32633);
  char* wkt = nullptr;
  crs.exportToWkt(&wkt);
  grid.crs = wkt;
  CPLFree(wkt);
  return grid;
}

SplitImage ground(const std::string& id, const Grid& grid) {
  return {.id = id, .group = "", .name = id + ".tif", .grid = grid};
}

TEST_F(SplitTest, BlocksAreSquaresOfTheSizeAskedForAndSharedOutAsAsked) {
  const Split split({.method = SplitMethod::blocks, .block_m = 50, .fractions = {0.6, 0.3, 0.1}, .seed = 3},
                    {ground("a", utm_grid(4000, 500000, 5000000))});
  PartMap map(split, 0);
  std::vector<std::uint8_t> parts(4000 * 4000);
  map.read({0, 0, 4000, 4000}, parts);
  std::array<double, 4> share{};
  for (const std::uint8_t part : parts) share[part] += 1.0 / 16e6;
  // 6400 blocks: a share is off by less than four standard errors; a strip of 2 pixels at borders is no
  // part's.
  EXPECT_NEAR(share[1] / (1 - share[0]), 0.6, 0.03);
  EXPECT_NEAR(share[2] / (1 - share[0]), 0.3, 0.03);
  EXPECT_NEAR(share[3] / (1 - share[0]), 0.1, 0.02);
  EXPECT_LT(share[0], 0.06);
  EXPECT_GT(share[0], 0.005);
  const auto bounds = split.bounds(split.block_at(15.01, 45.02));
  const double metre = 1 / 111320.0;
  EXPECT_NEAR((bounds[3] - bounds[1]) / metre, 50, 0.01);
  EXPECT_NEAR((bounds[2] - bounds[0]) / metre * std::cos(45.02 * M_PI / 180), 50, 0.1);
  EXPECT_TRUE(bounds[0] <= 15.01 && 15.01 < bounds[2] && bounds[1] <= 45.02 && 45.02 < bounds[3]);
}

TEST_F(SplitTest, ABlocksPartDependsOnTheSeedAlone) {
  const SplitKeys keys{.block_m = 40, .seed = 5};
  const Grid a = utm_grid(300, 500000, 5000000), b = utm_grid(300, 500100, 4999950);
  const Split alone(keys, {ground("a", a)});
  const Split both(keys, {ground("b", b), ground("a", a)});
  PartMap first(alone, 0), second(both, 1), other(both, 0);
  std::size_t differ = 0, overlap = 0;
  for (std::int64_t y = 0; y < 300; y += 3)
    for (std::int64_t x = 0; x < 300; x += 3) {
      differ += first.part_at(x, y) != second.part_at(x, y) ? 1 : 0;
      if (x >= 100 && y >= 50) {  // the same ground in the other image
        differ += first.part_at(x, y) != other.part_at(x - 100, y - 50) ? 1 : 0;
        ++overlap;
      }
    }
  EXPECT_EQ(differ, 0U);
  EXPECT_GT(overlap, 1000U);
  const Split reseeded({.block_m = 40, .seed = 6}, {ground("a", a)});
  PartMap third(reseeded, 0);
  for (std::int64_t y = 0; y < 300; y += 3) differ += first.part_at(y, y) != third.part_at(y, y) ? 1 : 0;
  EXPECT_GT(differ, 10U);
}

TEST_F(SplitTest, AcrossTheAntimeridianAndNearThePoleBlocksHold) {
  for (const auto& [x, y] : {std::pair{179.9995, 10.0}, {12.0, 89.9}, {-179.9999, -60.0}}) {
    Grid grid = utm_grid(100, 0, 0);
    grid.geotransform = {x, 1e-5, 0, y, 0, -1e-5};
    OGRSpatialReference crs;
    crs.importFromEPSG(4326);
    char* wkt = nullptr;
    crs.exportToWkt(&wkt);
    grid.crs = wkt;
    CPLFree(wkt);
    const Split split({.block_m = 30, .fractions = {0.5, 0.5, 0}, .seed = 1}, {ground("a", grid)});
    PartMap map(split, 0);
    std::vector<std::uint8_t> parts(100 * 100);
    map.read({0, 0, 100, 100}, parts);
    EXPECT_GT(std::count(parts.begin(), parts.end(), 1) + std::count(parts.begin(), parts.end(), 2), 5000)
        << x;
    for (std::int64_t i = 0; i < 100; i += 7) {
      std::array<std::uint8_t, 1> one{};
      map.read({i, 99 - i, 1, 1}, one);
      EXPECT_EQ(one[0], parts[static_cast<std::size_t>((99 - i) * 100 + i)]);
    }
  }
}

TEST_F(SplitTest, ByFileGroupsStayTogether) {
  std::vector<SplitImage> images;
  for (int i = 0; i < 400; ++i) {
    SplitImage image = ground("image " + std::to_string(i), {});
    image.grid.width = image.grid.height = 10;
    if (i % 2 == 0) image.group = "group " + std::to_string(i / 8);
    images.push_back(image);
  }
  const Split split({.fractions = {0.5, 0.25, 0.25}, .seed = 2},
                    images);  // no CRS: by file, under blocks too
  std::array<int, 3> counts{};
  for (std::size_t i = 0; i < 400; ++i) {
    ASSERT_TRUE(split.part_of(i).has_value());
    ++counts[static_cast<std::size_t>(*split.part_of(i))];
    if (i % 2 == 0) {
      EXPECT_EQ(split.part_of(i), split.part_of(i / 8 * 8));
    }
  }
  EXPECT_NEAR(counts[0], 200, 50);
  EXPECT_NEAR(counts[1], 100, 45);
  EXPECT_NEAR(counts[2], 100, 45);
}

TEST_F(SplitTest, PartsThatImagesNameAreKept) {
  SplitImage a = ground("a", {}), b = ground("b", {});
  a.part = Part::test;
  b.part = Part::validation;
  const Split split({.method = SplitMethod::file}, {a, b});
  EXPECT_EQ(split.part_of(0), Part::test);
  EXPECT_EQ(split.part_of(1), Part::validation);
  a.group = b.group = "one";
  expect_error(
      [&] {
        Split({.method = SplitMethod::file}, {a, b});
      },
      ErrorCode::usage, {"\"a\"", "\"b\"", "one group"});
  SplitImage placed = ground("placed", utm_grid(10, 500000, 5000000));
  placed.part = Part::test;
  expect_error([&] { Split({.method = SplitMethod::blocks}, {placed}); }, ErrorCode::usage,
               {"\"placed\"", "blocks"});
}

TEST_F(SplitTest, ByFileImagesOfTwoPartsMustNotOverlap) {
  SplitImage a = ground("a", utm_grid(100, 500000, 5000000)), b = ground("b", utm_grid(100, 500100, 5000000));
  a.part = Part::training;
  b.part = Part::test;
  EXPECT_NO_THROW(Split({.method = SplitMethod::file}, {a, b}));  // side by side
  b.grid.geotransform[0] = 500099;
  expect_error(
      [&] {
        Split({.method = SplitMethod::file}, {a, b});
      },
      ErrorCode::mismatch, {"\"a\" (a.tif)", "\"b\" (b.tif)", "overlap", "blocks"});
  b.part = Part::training;
  EXPECT_NO_THROW(Split({.method = SplitMethod::file}, {a, b}));
}

/// Marks what ground pixels cover, by cells of a quarter of a metre in UTM; works with GDAL alone.
class GroundCells {
 public:
  explicit GroundCells(const std::string& raster)
      : dataset_(GDALDataset::Open(raster.c_str(), GDAL_OF_RASTER)) {
    utm_.importFromEPSG(32616);
    utm_.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    dataset_->GetGeoTransform(g_.data());
    transform_.reset(OGRCreateCoordinateTransformation(dataset_->GetSpatialRef(), &utm_));
    seen_.resize(static_cast<std::size_t>(width()) * static_cast<std::size_t>(dataset_->GetRasterYSize()));
  }
  ~GroundCells() { GDALClose(dataset_); }
  GroundCells(const GroundCells&) = delete;
  GroundCells& operator=(const GroundCells&) = delete;

  int width() const { return dataset_->GetRasterXSize(); }
  /// A pixel that was seen, by its number.
  void see(double column, double row) {
    ASSERT_TRUE(column > -0.5 && column < width() && row > -0.5);
    seen_.at(static_cast<std::size_t>(std::lround(row)) * static_cast<std::size_t>(width()) +
             static_cast<std::size_t>(std::lround(column))) = 1;
  }
  std::size_t count() const { return static_cast<std::size_t>(std::count(seen_.begin(), seen_.end(), 1)); }
  /// Corners, edges and centre of every pixel seen.
  void add_to(std::set<std::pair<int, int>>& cells) const {
    std::vector<double> x, y;
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      if (seen_[i] == 0) continue;
      const auto column = static_cast<double>(i % static_cast<std::size_t>(width()));
      const auto row = static_cast<double>(i / static_cast<std::size_t>(width()));
      for (const double dx : {0.001, 0.5, 0.999})
        for (const double dy : {0.001, 0.5, 0.999}) {
          x.push_back(g_[0] + (column + dx) * g_[1] + (row + dy) * g_[2]);
          y.push_back(g_[3] + (column + dx) * g_[4] + (row + dy) * g_[5]);
        }
    }
    ASSERT_TRUE(transform_->Transform(static_cast<int>(x.size()), x.data(), y.data()));
    for (std::size_t i = 0; i < x.size(); ++i)
      cells.emplace(static_cast<int>(std::floor((x[i] - 440000) * 4)),
                    static_cast<int>(std::floor((y[i] - 4630000) * 4)));
  }

 private:
  GDALDataset* dataset_;
  OGRSpatialReference utm_;
  std::array<double, 6> g_{};
  struct Destroy {
    void operator()(OGRCoordinateTransformation* t) const { OGRCoordinateTransformation::DestroyCT(t); }
  };
  std::unique_ptr<OGRCoordinateTransformation, Destroy> transform_;
  std::vector<char> seen_;
};

/// Overlapping cuts of a real mosaic and a Web Mercator copy, whose pixels say of themselves which they are:
/// so the batches tell what was delivered, without a word of the split's.
TEST_F(SplitTest, OverlappingCutsAndAWebMercatorCopyShareNoGround) {
  const auto mosaic = shared_data("data/roads_mosaic.tif");
  TERRAMASK_REQUIRE(mosaic);
  const auto run = [](const std::string& command) { ASSERT_EQ(std::system(command.c_str()), 0) << command; };
  run("gdal_translate -q -srcwin 0 0 400 400 " + mosaic.string() + " " + file("cut0.tif"));
  run("gdal_translate -q -srcwin 250 130 400 400 " + mosaic.string() + " " + file("cut1.tif"));
  run("gdal_translate -q -srcwin 101 220 380 300 " + mosaic.string() + " " + file("cut2.tif"));
  run("gdalwarp -q -t_srs EPSG:3857 -te_srs EPSG:32616 -te 440000 4634740 440330 4635000 " + mosaic.string() +
      " " + file("cut3.tif"));
  constexpr int images = 4;
  Project project = small_project();
  const std::string reference = shared_data("data/roads_mosaic_reference.tif").string();
  for (int i = 0; i < images; ++i) {
    const std::string cut = file("cut" + std::to_string(i) + ".tif"),
                      coded = file("coded" + std::to_string(i) + ".tif");
    GDALDataset* like = GDALDataset::Open(cut.c_str(), GDAL_OF_RASTER);
    ASSERT_NE(like, nullptr);
    NewRaster raster{
        .width = like->GetRasterXSize(), .height = like->GetRasterYSize(), .bands = 3, .type = GDT_Float32};
    raster.geotransform.resize(6);
    like->GetGeoTransform(raster.geotransform.data());
    raster.crs = like->GetProjectionRef();
    raster.value = [i](int band, int column, int row) {
      return band == 1 ? column : band == 2 ? row : 1000.0 * i;
    };
    raster.dress = dress_rgb;
    GDALClose(like);
    write_raster(coded, raster);
    ProjectImage image = image_of("cut " + std::to_string(i), coded, reference);
    project.images.push_back(image);
  }
  project.split = {.method = SplitMethod::blocks, .block_m = 48, .fractions = {0.6, 0.1, 0.3}, .seed = 11};
  project.training.patch = 64;
  project.training.batch = 8;
  project.training.sampling = Sampling::random;

  std::array<std::vector<std::unique_ptr<GroundCells>>, 2> seen;
  for (auto& of_part : seen)
    for (int i = 0; i < images; ++i)
      of_part.push_back(std::make_unique<GroundCells>(file("coded" + std::to_string(i) + ".tif")));
  const auto collect = [&](const Batch& batch, const Normalization& norm, std::size_t which) {
    const auto plane = static_cast<std::size_t>(batch.size * batch.size);
    std::size_t hidden = 0;
    for (std::size_t k = 0; k < static_cast<std::size_t>(batch.n); ++k)
      for (std::size_t i = 0; i < plane; ++i) {
        std::array<double, 3> code{};
        bool zero = true;
        for (std::size_t b = 0; b < 3; ++b) {
          const float value = batch.image[(k * 3 + b) * plane + i];
          zero = zero && value == 0;
          code[b] = value * norm.std[b] + norm.mean[b];
        }
        if (zero) {
          ++hidden;
          EXPECT_EQ(batch.weights[k * plane + i], 0);
          continue;
        }
        seen[which][static_cast<std::size_t>(std::lround(code[2] / 1000))]->see(code[0], code[1]);
      }
    return hidden;
  };
  for (const bool augmented : {false, true}) {
    if (augmented) {
      project.training.augment.flip = project.training.augment.turn = true;
      project.training.augment.rotation = 45;
      project.training.augment.scale = 0.3;
      project.training.augment.shear = 0.2;
      project.training.augment.shift = 0.5;
    }
    const Dataset dataset(project, {});
    const auto plan = plan_of(dataset);
    Sampler sampler(plan);
    Batch batch;
    std::size_t hidden = 0;
    for (std::int64_t i = 0; i < 60; ++i) {
      sampler.fill(0, i, batch);
      hidden += collect(batch, plan->normalization, 0);
    }
    EXPECT_GT(hidden, 10000U);  // blocks of 48 m and patches of 32 m: there is something to hide
    for (const PatchWindow& window : part_windows(dataset, Part::test, 64)) {
      sampler.fill_windows(std::span(&window, 1), Part::test, batch);
      collect(batch, plan->normalization, 1);
    }
  }
  std::array<std::set<std::pair<int, int>>, 2> cells;
  for (std::size_t which = 0; which < 2; ++which)
    for (std::size_t i = 0; i < images; ++i) {
      EXPECT_GT(seen[which][i]->count(), 8000U) << which << " " << i;
      seen[which][i]->add_to(cells[which]);
    }
  EXPECT_GT(cells[0].size(), 100000U);
  EXPECT_GT(cells[1].size(), 100000U);
  std::size_t shared = 0;
  for (const auto& cell : cells[1]) shared += cells[0].contains(cell) ? 1 : 0;
  EXPECT_EQ(shared, 0U);
}

}  // namespace
}  // namespace terramask::tests
