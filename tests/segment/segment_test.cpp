// Whole runs on real rasters: the mask is the same bits however the raster is cut, and equal to PyTorch's.
#include "terramask/segment.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "segment/golden.hpp"
#include "temporary_folder.hpp"
#include "terramask/gdal.hpp"

namespace terramask {
namespace {

namespace fs = std::filesystem;

using tests::TemporaryFolder;

struct Raster {
  std::int64_t width = 0, height = 0;
  std::array<double, 6> geotransform{};
  std::vector<std::uint8_t> values;
};

Raster read(const std::string& path) {
  const geo::DatasetPtr dataset = geo::open_raster(path);
  Raster raster{dataset->GetRasterXSize(), dataset->GetRasterYSize(), {}, tests::read_mask(path)};
  dataset->GetGeoTransform(raster.geotransform.data());
  return raster;
}

#ifdef TERRAMASK_VULKAN
constexpr const char* kSomeDevice = "vulkan";
#else
constexpr const char* kSomeDevice = "cpu";
#endif

Segmenter open(const std::string& name, ExecutorOptions executor = {.device = kSomeDevice}) {
  return Segmenter(load_model(tests::shared_data("models/roads_" + name + ".safetensors").string()),
                   executor);
}

SegmentOptions options(const fs::path& raster, const std::string& output, std::int64_t tile = 0) {
  SegmentOptions all;
  all.raster.paths = {raster.string()};
  all.output = output;
  all.tile = tile;
  all.overwrite = true;
  return all;
}

const fs::path& mosaic() {
  static const fs::path path = tests::shared_data("data/roads_mosaic.tif");
  return path;
}

class ExactTiling : public testing::TestWithParam<std::tuple<const char*, const char*>> {};

TEST_P(ExactTiling, SameMaskWhateverTheTile) {
  const auto& [model, device] = GetParam();
  TERRAMASK_REQUIRE(mosaic());
  TERRAMASK_REQUIRE(tests::shared_data(std::string("models/roads_") + model + ".safetensors"));
  const TemporaryFolder folder;
  Segmenter segmenter = open(model, {.device = device});
  const std::string first = folder / "1024.tif";
  segmenter.run(options(mosaic(), first, 1024), {}, nullptr);
  const Raster whole = read(first);

  const auto golden =
      tests::read_mask(tests::shared_data(std::string("models/golden/") + model + "_roads_mosaic_mask.png"));
  ASSERT_EQ(golden.size(), whole.values.size());
  std::size_t different = 0;
  for (std::size_t i = 0; i < golden.size(); ++i) different += golden[i] != whole.values[i];
  std::printf("  %s: %zu of %zu pixels differ from PyTorch's\n", model, different, golden.size());
  EXPECT_LE(static_cast<double>(different),
            static_cast<double>(golden.size()) * (std::string(model) == "segnet" ? 1e-4 : 1e-5));

  segmenter.run(options(mosaic(), folder / "512.tif", 512), {}, nullptr);
  EXPECT_TRUE(read(folder / "512.tif").values == whole.values);

  // Odd bounds: 601.5 m × 303.5 m somewhere inside, at odd pixels.
  SegmentOptions part = options(mosaic(), folder / "part.tif", 256);
  const auto& g = whole.geotransform;
  const Window window{333, 417, 601, 303};
  part.bounds = {g[0] + 333 * g[1], g[3] + (417 + 303) * g[5], g[0] + (333 + 601) * g[1], g[3] + 417 * g[5]};
  segmenter.run(part, {}, nullptr);
  const Raster cut = read(folder / "part.tif");
  ASSERT_EQ(cut.width, window.width);
  ASSERT_EQ(cut.height, window.height);
  EXPECT_NEAR(cut.geotransform[0], g[0] + 333 * g[1], 1e-9);
  EXPECT_NEAR(cut.geotransform[3], g[3] + 417 * g[5], 1e-9);
  std::size_t off = 0;
  for (std::int64_t y = 0; y < window.height; ++y)
    for (std::int64_t x = 0; x < window.width; ++x)
      off += cut.values[static_cast<std::size_t>(y * window.width + x)] !=
             whole.values[static_cast<std::size_t>((y + window.y) * whole.width + x + window.x)];
  EXPECT_EQ(off, 0u);
}

constexpr const char* kDevices[] = {
#ifdef TERRAMASK_VULKAN
    "vulkan",
#endif
#ifdef TERRAMASK_CPU
    "cpu",
#endif
};

INSTANTIATE_TEST_SUITE_P(Models, ExactTiling,
                         testing::Combine(testing::Values("unet", "fcn", "segnet"),
                                          testing::ValuesIn(kDevices)),
                         [](const auto& test) {
                           return std::string(std::get<0>(test.param)) + "_" + std::get<1>(test.param);
                         });

// The threshold is what the probabilities say, whatever the way they take; 0.5 is the larger one.
TEST(Segment, HeedsTheThreshold) {
  TERRAMASK_REQUIRE(mosaic());
  TERRAMASK_REQUIRE(tests::shared_data("models/roads_unet.safetensors"));
  const TemporaryFolder folder;
  const auto part = [&](const std::string& output, std::optional<double> threshold) {
    SegmentOptions all = options(mosaic(), output, 256);
    all.bounds = {440000, 4634800, 440300, 4635000};
    all.threshold = threshold;
    return all;
  };
  const std::string file = tests::shared_data("models/roads_unet.safetensors").string();
  Segmenter segmenter(load_model(file), {});
  segmenter.run(part(folder / "plain.tif", {}), {}, nullptr);
  segmenter.run(part(folder / "half.tif", 0.5), {}, nullptr);
  const auto plain = read(folder / "plain.tif").values;
  EXPECT_TRUE(read(folder / "half.tif").values == plain);

  SegmentOptions low = part(folder / "low.tif", 0.25);
  low.probabilities = folder / "p.tif";
  low.probability_type = ProbabilityType::float32;
  segmenter.run(low, {}, nullptr);
  const auto values = read(folder / "low.tif").values;
  const geo::DatasetPtr probabilities = geo::open_raster(folder / "p.tif");
  std::vector<float> road(values.size());
  ASSERT_EQ(probabilities->GetRasterBand(2)->RasterIO(GF_Read, 0, 0, 600, 400, road.data(), 600, 400,
                                                      GDT_Float32, 0, 0, nullptr),
            CE_None);
  std::size_t wrong = 0, more = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    wrong += values[i] != (road[i] > 0.25F ? 1 : 0);
    more += values[i] > plain[i];
  }
  EXPECT_EQ(wrong, 0U);
  EXPECT_GT(more, 100U);

  // The model's own, which the option overrides; blending and resampling heed it too.
  Model stored = load_model(file);
  stored.info.threshold = 0.25;
  Segmenter other(std::move(stored), {});
  other.run(part(folder / "stored.tif", {}), {}, nullptr);
  EXPECT_TRUE(read(folder / "stored.tif").values == values);
  other.run(part(folder / "again.tif", 0.5), {}, nullptr);
  EXPECT_TRUE(read(folder / "again.tif").values == plain);
  for (const bool blending : {true, false}) {
    SegmentOptions all = part(folder / "other.tif", 0.9);
    all.bounds = {440000, 4634900, 440100, 4635000};
    if (blending) all.overlap = 64;
    all.raster.resample = blending ? Resample::automatic : Resample::always;
    if (!blending) all.raster.assumed_pixel_size_m = 0.4;
    const SegmentSummary high = segmenter.run(all, {}, nullptr);
    all.threshold = 0.1;
    EXPECT_GT(segmenter.run(all, {}, nullptr).counts[1].second, high.counts[1].second + 1000);
  }
}

TEST(Segment, RefusesAThresholdThatPartsNothing) {
  TERRAMASK_REQUIRE(mosaic());
  TERRAMASK_REQUIRE(tests::shared_data("models/roads_unet.safetensors"));
  const TemporaryFolder folder;
  Segmenter segmenter(load_model(tests::shared_data("models/roads_unet.safetensors").string()), {});
  SegmentOptions all = options(mosaic(), folder / "a.tif");
  for (const double bad : {0.0, 1.0, 7.0}) {
    all.threshold = bad;
    EXPECT_THROW(segmenter.estimate(all), Error) << bad;
  }
}

// A degree grid and a model of another pixel size: the image is resampled, the probabilities are resampled
// back.
TEST(Segment, SameMaskWhateverTheTileWhenResampled) {
  const fs::path raster = tests::shared_data("data/osm_roads_swellendam/3420B_north.tif");
  TERRAMASK_REQUIRE(raster);
  const fs::path file = tests::shared_data("models/roads_fcn.safetensors");
  TERRAMASK_REQUIRE(file);
  for (const double pixel_size : {3.9, 1.7}) {
    const TemporaryFolder folder;
    Model model = load_model(file.string());
    model.info.pixel_size_m = pixel_size;
    Segmenter segmenter(std::move(model), {.device = kSomeDevice});
    SegmentOptions all = options(raster, folder / "a.tif", 1024);
    const double n = -33.998854091562201, w = 20.498864782221741, d = 2.4999999368e-5;
    if (pixel_size < 2) all.bounds = {w + 201 * d, n - 633 * d, w + 507 * d, n - 300 * d};
    EXPECT_TRUE(segmenter.estimate(all).resampled);
    segmenter.run(all, {}, nullptr);
    const Raster one = read(folder / "a.tif");
    if (pixel_size > 2) {
      EXPECT_EQ(one.width, 1098);
      EXPECT_EQ(one.height, 1800);
    }
    for (const std::int64_t tile : {256, 416}) {
      all.output = folder / "b.tif";
      all.tile = tile;
      segmenter.run(all, {}, nullptr);
      EXPECT_TRUE(read(folder / "b.tif").values == one.values)
          << "pixel size " << pixel_size << ", tile " << tile;
    }
  }
}

TEST(Segment, TakesASmallerTileWhereMemoryIsShort) {
  TERRAMASK_REQUIRE(mosaic());
  TERRAMASK_REQUIRE(tests::shared_data("models/roads_fcn.safetensors"));
  const TemporaryFolder folder;
  const auto part = [&](const std::string& output) {
    SegmentOptions all = options(mosaic(), output, 1024);
    all.bounds = {440100, 4634700, 440350, 4634900};
    return all;
  };
  Segmenter plenty = open("fcn");
  plenty.run(part(folder / "a.tif"), {}, nullptr);
  Segmenter short_of_it = open("fcn", {.device = kSomeDevice, .memory_limit = std::uint64_t{60} << 20});
  const SegmentSummary summary = short_of_it.run(part(folder / "b.tif"), {}, nullptr);
  EXPECT_LT(summary.tile, 1024);
  EXPECT_FALSE(summary.warnings.empty());
  EXPECT_TRUE(read(folder / "a.tif").values == read(folder / "b.tif").values);

  Segmenter hopeless = open("fcn", {.device = kSomeDevice, .memory_limit = std::uint64_t{1} << 20});
  try {
    hopeless.run(options(mosaic(), folder / "c.tif"), {}, nullptr);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::out_of_memory);
  }
  EXPECT_FALSE(fs::exists(folder / "c.tif"));
}

TEST(Segment, OpensALostDeviceOnceMore) {
  TERRAMASK_REQUIRE(mosaic());
  TERRAMASK_REQUIRE(tests::shared_data("models/roads_fcn.safetensors"));
  const TemporaryFolder folder;
  const auto run = [&](int losses) {
    SegmentOptions all = options(mosaic(), folder / ("lost" + std::to_string(losses) + ".tif"), 256);
    all.bounds = {440100, 4634850, 440250, 4634900};
    const auto counter = std::make_shared<std::atomic<int>>(0);
    Segmenter segmenter = open("fcn", {.device = kSomeDevice, .device_losses = counter});
    counter->store(losses);
    return segmenter.run(all, {}, nullptr);
  };
  run(0);
  const SegmentSummary once = run(1);
  EXPECT_EQ(std::ranges::count_if(
                once.warnings, [](const std::string& one) { return one.find("lost") != std::string::npos; }),
            1);
  EXPECT_TRUE(read(folder / "lost0.tif").values == read(folder / "lost1.tif").values);
  try {
    run(1000);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::device_lost);
    EXPECT_NE(error.remedy().find("`device`"), std::string::npos);
  }
  EXPECT_FALSE(fs::exists(folder / "lost1000.tif"));
}

TEST(Segment, BlendingIsNearTheExactMask) {
  TERRAMASK_REQUIRE(mosaic());
  TERRAMASK_REQUIRE(tests::shared_data("models/roads_fcn.safetensors"));
  const TemporaryFolder folder;
  Segmenter segmenter = open("fcn");
  segmenter.run(options(mosaic(), folder / "exact.tif"), {}, nullptr);
  const Raster exact = read(folder / "exact.tif");
  SegmentOptions all = options(mosaic(), folder / "blend.tif", 384);
  all.overlap = 192;
  const SegmentSummary summary = segmenter.run(all, {}, nullptr);
  EXPECT_EQ(summary.pixels, 1600u * 1200u);
  const Raster blended = read(folder / "blend.tif");
  std::size_t different = 0;
  for (std::size_t i = 0; i < exact.values.size(); ++i) different += exact.values[i] != blended.values[i];
  EXPECT_GT(different, 0u);  // it is an approximation
  EXPECT_LT(static_cast<double>(different), 0.02 * static_cast<double>(exact.values.size()));
}

TEST(Segment, ProbabilitiesAgreeWithTheMask) {
  TERRAMASK_REQUIRE(mosaic());
  TERRAMASK_REQUIRE(tests::shared_data("models/roads_fcn.safetensors"));
  const TemporaryFolder folder;
  Segmenter segmenter = open("fcn");
  SegmentOptions all = options(mosaic(), folder / "mask.tif", 512);
  all.bounds = {440100, 4634800, 440300, 4634900};
  all.probabilities = folder / "probabilities.tif";
  all.probability_type = ProbabilityType::float32;
  segmenter.run(all, {}, nullptr);
  const Raster mask = read(folder / "mask.tif");
  const geo::DatasetPtr dataset = geo::open_raster(folder / "probabilities.tif");
  ASSERT_EQ(dataset->GetRasterCount(), 2);
  std::vector<float> p(mask.values.size() * 2);
  ASSERT_EQ(dataset->RasterIO(GF_Read, 0, 0, 400, 200, p.data(), 400, 200, GDT_Float32, 2, nullptr, 0, 0, 0,
                              nullptr),
            CE_None);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < mask.values.size(); ++i) {
    const float background = p[i], road = p[mask.values.size() + i];
    EXPECT_NEAR(background + road, 1, 1e-5);
    wrong += (road > background) != (mask.values[i] == 1) && std::abs(road - background) > 1e-6;
  }
  EXPECT_EQ(wrong, 0u);
}

// A raster that fails half-way must not spoil the next one on the same device.
TEST(Segment, GoesOnAfterARasterThatFailed) {
  TERRAMASK_REQUIRE(mosaic());
  TERRAMASK_REQUIRE(tests::shared_data("models/roads_fcn.safetensors"));
  const TemporaryFolder folder;
  fs::copy_file(mosaic(), folder / "cut.tif");
  fs::resize_file(folder / "cut.tif", fs::file_size(folder / "cut.tif") * 2 / 3);
  Segmenter segmenter = open("fcn");
  for (int i = 0; i < 2; ++i) {
    EXPECT_THROW(segmenter.run(options(folder / "cut.tif", folder / "a.tif", 256), {}, nullptr), Error);
    EXPECT_FALSE(fs::exists(folder / "a.tif"));
  }
  SegmentOptions good = options(mosaic(), folder / "b.tif", 256);
  good.bounds = {440000, 4634800, 440200, 4635000};
  EXPECT_EQ(segmenter.run(good, {}, nullptr).valid_pixels, 400u * 400u);
}

TEST(Segment, ComputesNoTileThatIsAllNodata) {
  TERRAMASK_REQUIRE(tests::shared_data("models/roads_unet.safetensors"));
  const TemporaryFolder folder;
  geo::ensure_gdal();
  geo::DatasetPtr blank(GetGDALDriverManager()->GetDriverByName("GTiff")->Create(
      (folder / "blank.tif").c_str(), 512, 512, 3, GDT_Byte, nullptr));
  for (int band = 1; band <= 3; ++band) blank->GetRasterBand(band)->SetNoDataValue(0);
  geo::close_checked(std::move(blank), "blank.tif");
  Segmenter segmenter = open("unet");
  for (const std::int64_t overlap : {0, 32}) {
    SegmentOptions all = options(folder / "blank.tif", folder / "a.tif", 256);
    if (overlap > 0) all.overlap = overlap;
    const SegmentSummary summary = segmenter.run(all, {}, nullptr);
    EXPECT_EQ(summary.valid_pixels, 0U);
    EXPECT_EQ(summary.compute_seconds, 0);
    EXPECT_EQ(read(folder / "a.tif").values, std::vector<std::uint8_t>(512 * 512, 255));
  }
}

TEST(Segment, StopLeavesNothing) {
  TERRAMASK_REQUIRE(mosaic());
  TERRAMASK_REQUIRE(tests::shared_data("models/roads_fcn.safetensors"));
  const TemporaryFolder folder;
  Segmenter segmenter = open("fcn");
  StopFlag stop;
  const auto stop_soon = [&](const Progress& progress) {
    if (progress.done > 0) stop.request();
  };
  try {
    segmenter.run(options(mosaic(), folder / "mask.tif", 256), stop_soon, &stop);
    FAIL() << "it went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::cancelled);
  }
  EXPECT_TRUE(fs::is_empty(fs::path(folder / "mask.tif").parent_path()));
}

}  // namespace
}  // namespace terramask
