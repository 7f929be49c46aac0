#include "dataset/sampler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "dataset/loader.hpp"
#include "dataset/support.hpp"

namespace terramask::tests {
namespace {

/// Two images of 150 x 120 and 90 x 100 pixels, whose red and green are column and row, and blue the label's
/// value; some pixels are nodata, and some labels are ignored.
class SamplerTest : public ReadTest {
 protected:
  void SetUp() override {
    ReadTest::SetUp();
    make("a", 150, 120, 500000);
    make("b", 90, 100, 510000);
    project = small_project();
    project.images = {image_of("a", file("a.tif"), file("a_labels.tif")),
                      image_of("b", file("b.tif"), file("b_labels.tif"))};
    for (ProjectImage& image : project.images) image.labels.ignore = {9};
    project.training.patch = 32;
    project.training.batch = 3;
  }
  static bool invalid(int column, int row) { return column % 37 == 5 && row % 3 != 0; }
  static int label(int column, int row) {
    return (column + row) % 41 == 0 ? 9 : column / 8 % 5 == 0 && row < 60 ? 1 : 0;
  }
  void make(const std::string& name, int width, int height, double x) const {
    const std::vector<double> place{x, 1, 0, 5000000, 0, -1};
    write_raster(file(name + ".tif"), {.width = width,
                                       .height = height,
                                       .bands = 3,
                                       .type = GDT_Float32,
                                       .geotransform = place,
                                       .value =
                                           [](int band, int column, int row) {
                                             if (invalid(column, row)) return -1;
                                             return band == 1 ? column : band == 2 ? row : label(column, row);
                                           },
                                       .dress =
                                           [](GDALDataset& d) {
                                             dress_rgb(d);
                                             for (int b = 1; b <= 3; ++b)
                                               d.GetRasterBand(b)->SetNoDataValue(-1);
                                           }});
    write_raster(
        file(name + "_labels.tif"),
        {.width = width, .height = height, .geotransform = place, .value = [](int, int column, int row) {
           return label(column, row);
         }});
  }
  /// The value of a band before it was normalised.
  static double raw_value(const Batch& batch, const SamplerPlan& plan, std::size_t sample, std::size_t band,
                          std::size_t i) {
    const auto plane = static_cast<std::size_t>(batch.size * batch.size);
    return batch.image[(sample * 3 + band) * plane + i] * plan.normalization.std[band] +
           plan.normalization.mean[band];
  }
  /// What holds for every batch: weights are where labels count, and nothing is shown where invalid.
  void check(const Batch& batch, const SamplerPlan& plan) const {
    const auto plane = static_cast<std::size_t>(batch.size * batch.size);
    ASSERT_EQ(batch.image.size(), static_cast<std::size_t>(batch.n) * 3 * plane);
    ASSERT_EQ(batch.labels.size(), static_cast<std::size_t>(batch.n) * plane);
    ASSERT_EQ(batch.weights.size(), batch.labels.size());
    for (std::size_t k = 0; k < static_cast<std::size_t>(batch.n); ++k)
      for (std::size_t i = 0; i < plane; ++i) {
        const std::size_t at = k * plane + i;
        const bool hidden = batch.image[k * 3 * plane + i] == 0 &&
                            batch.image[(k * 3 + 1) * plane + i] == 0 &&
                            batch.image[(k * 3 + 2) * plane + i] == 0;
        if (hidden) {
          ASSERT_EQ(batch.weights[at], 0);
        }
        if (batch.weights[at] == 0) {
          ASSERT_EQ(batch.labels[at], 0);
        } else {
          ASSERT_FLOAT_EQ(batch.weights[at],
                          static_cast<float>(plan.weights[static_cast<std::size_t>(batch.labels[at])]));
        }
      }
  }

  Project project;
};

TEST_F(SamplerTest, UnchangedPatchesAreThePixelsOfTheImage) {
  project.training.class_weighting = ClassWeighting::list;
  project.training.class_weights = {1, 4};
  const Dataset dataset(project, {});
  const auto plan = plan_of(dataset);
  Sampler sampler(plan);
  EXPECT_EQ(sampler.batches_per_epoch(),
            static_cast<std::int64_t>(
                std::ceil(std::ceil(static_cast<double>(dataset.labelled(Part::training)) / 1024) / 3)));
  Batch batch;
  std::size_t shown = 0;
  for (std::int64_t index = 0; index < 20; ++index) {
    sampler.fill(index % 3, index, batch);
    check(batch, *plan);
    for (std::size_t k = 0; k < 3; ++k)
      for (std::size_t i = 0; i < 1024; ++i) {
        if (batch.weights[k * 1024 + i] == 0) continue;
        ++shown;
        const int column = static_cast<int>(std::lround(raw_value(batch, *plan, k, 0, i)));
        const int row = static_cast<int>(std::lround(raw_value(batch, *plan, k, 1, i)));
        ASSERT_EQ(batch.labels[k * 1024 + i], label(column, row));
        ASSERT_FALSE(invalid(column, row));
      }
  }
  EXPECT_GT(shown, 20U * 3 * 1024 * 9 / 10);
}

TEST_F(SamplerTest, LabelsTurnWithTheImage) {
  project.training.augment = {
      .flip = true, .turn = true, .rotation = 180, .scale = 0.5, .shear = 0.3, .shift = 0.2};
  const Dataset dataset(project, {});
  const auto plan = plan_of(dataset);
  Sampler sampler(plan);
  Batch batch;
  std::size_t shown = 0, other = 0;
  for (std::int64_t index = 0; index < 30; ++index) {
    sampler.fill(0, index, batch);
    check(batch, *plan);
    for (std::size_t k = 0; k < 3; ++k)
      for (std::size_t i = 0; i < 1024; ++i) {
        if (batch.weights[k * 1024 + i] == 0) continue;
        ++shown;
        const int column = static_cast<int>(std::lround(raw_value(batch, *plan, k, 0, i)));
        const int row = static_cast<int>(std::lround(raw_value(batch, *plan, k, 1, i)));
        // Beside invalid pixels the mean is not of four: a neighbour's label may be meant.
        bool near = false;
        for (int dy = -1; dy <= 1; ++dy)
          for (int dx = -1; dx <= 1; ++dx)
            near = near || label(column + dx, row + dy) == batch.labels[k * 1024 + i];
        ASSERT_TRUE(near);
        other += label(column, row) != batch.labels[k * 1024 + i] ? 1 : 0;
      }
  }
  EXPECT_GT(shown, 20000U);
  EXPECT_LT(other, shown / 20);
}

TEST_F(SamplerTest, OneSeedMeansOneSequenceWhateverTheWorkers) {
  project.training.sampling = Sampling::balanced;
  project.training.augment = {.flip = true,
                              .turn = true,
                              .rotation = 30,
                              .scale = 0.2,
                              .shear = 0.1,
                              .shift = 0.1,
                              .brightness = 0.3,
                              .contrast = 0.3,
                              .color = 0.1,
                              .noise = 0.1,
                              .blur = 1};
  const Dataset dataset(project, {});
  const Dataset uncached(project, {.cache_bytes = 0});
  const auto plan = plan_of(dataset);
  std::vector<Batch> expected;
  Sampler sampler(plan);
  const std::int64_t per_epoch = sampler.batches_per_epoch();
  const std::int64_t count = 2 * per_epoch + 3;
  for (std::int64_t i = 0; i < count; ++i) {
    expected.emplace_back();
    sampler.fill(i / per_epoch, i % per_epoch, expected.back());
  }
  const auto equal = [](const Batch& a, const Batch& b) {
    return a.image == b.image && a.labels == b.labels && a.weights == b.weights;
  };
  EXPECT_FALSE(equal(expected[0], expected[1]));
  EXPECT_FALSE(equal(expected[0], expected[static_cast<std::size_t>(per_epoch)]));
  for (const int workers : {0, 1, 2, 5}) {
    Loader loader(plan_of(workers == 2 ? uncached : dataset), {.workers = workers});
    Batch batch;
    for (std::int64_t i = 0; i < count; ++i) {
      EXPECT_EQ(loader.position(), i);
      loader.next(batch);
      ASSERT_TRUE(equal(batch, expected[static_cast<std::size_t>(i)])) << workers << " workers, batch " << i;
    }
    EXPECT_GT(loader.seconds_waited(), 0);
  }
  Loader resumed(plan, {.workers = 2, .first_batch = per_epoch + 1});
  Batch batch;
  resumed.next(batch);
  EXPECT_TRUE(equal(batch, expected[static_cast<std::size_t>(per_epoch + 1)]));
  project.training.seed = 2;
  const Dataset reseeded(project, {});
  Sampler other(plan_of(reseeded));
  other.fill(0, 0, batch);
  EXPECT_FALSE(equal(batch, expected[0]));
}

TEST_F(SamplerTest, BalancedPatchesHoldTheClassesAsOften) {
  // Road in one corner of 4 x 4 pixels alone.
  write_raster(file("a_labels.tif"), {.width = 150, .height = 120, .value = [](int, int column, int row) {
                                        return column >= 100 && column < 104 && row >= 80 && row < 84 ? 1 : 0;
                                      }});
  project.images.resize(1);
  project.training.patch = 64;
  project.training.batch = 1;
  std::array<int, 2> with_road{};
  for (const bool balanced : {false, true}) {
    project.training.sampling = balanced ? Sampling::balanced : Sampling::random;
    const Dataset dataset(project, {});
    Sampler sampler(plan_of(dataset));
    Batch batch;
    for (std::int64_t i = 0; i < 200; ++i) {
      sampler.fill(0, i, batch);
      with_road[balanced ? 1 : 0] += *std::max_element(batch.labels.begin(), batch.labels.end());
    }
  }
  EXPECT_GE(with_road[1], 95);  // each second patch is drawn for the road, and some of the others hold it
  EXPECT_LT(with_road[0], with_road[1]);
}

TEST_F(SamplerTest, TheGridShowsEveryLabelledPixelOnceAnEpoch) {
  project.training.sampling = Sampling::grid;
  project.training.batch = 1;
  const Dataset dataset(project, {});
  const auto plan = plan_of(dataset);
  Sampler sampler(plan);
  EXPECT_EQ(sampler.batches_per_epoch(), 5 * 4 + 3 * 4);
  std::vector<std::vector<std::vector<float>>> epochs;
  for (std::int64_t epoch = 0; epoch < 2; ++epoch) {
    std::uint64_t pixels = 0;
    Batch batch;
    epochs.emplace_back();
    for (std::int64_t i = 0; i < sampler.batches_per_epoch(); ++i) {
      sampler.fill(epoch, i, batch);
      check(batch, *plan);
      pixels += static_cast<std::uint64_t>(
          std::count_if(batch.weights.begin(), batch.weights.end(), [](float w) { return w > 0; }));
      epochs.back().push_back(batch.image);
    }
    EXPECT_EQ(pixels, dataset.labelled(Part::training));
  }
  EXPECT_NE(epochs[0], epochs[1]);
  for (auto& epoch : epochs) std::sort(epoch.begin(), epoch.end());
  EXPECT_EQ(epochs[0], epochs[1]);
}

TEST_F(SamplerTest, WindowsOfAPartHoldEachOfItsLabelledPixelsOnce) {
  project.split = {.method = SplitMethod::blocks, .block_m = 30, .fractions = {0.5, 0.3, 0.2}, .seed = 4};
  const Dataset dataset(project, {});
  const auto plan = plan_of(dataset);
  Sampler sampler(plan);
  Batch batch;
  for (const Part part : {Part::training, Part::validation, Part::test}) {
    std::uint64_t pixels = 0;
    for (const PatchWindow& window : part_windows(dataset, part, 32)) {
      sampler.fill_windows(std::span(&window, 1), part, batch);
      check(batch, *plan);
      const auto here =
          std::count_if(batch.weights.begin(), batch.weights.end(), [](float w) { return w > 0; });
      EXPECT_GT(here, 0);
      pixels += static_cast<std::uint64_t>(here);
    }
    EXPECT_EQ(pixels, dataset.labelled(part));
    EXPECT_GT(pixels, 0U);
  }
  EXPECT_GT(dataset.visible(Part::training), dataset.labelled(Part::training));
}

TEST_F(SamplerTest, LightAndNoiseChangeValuesAsMuchAsAskedFor) {
  const Dataset dataset(project, {});
  const auto plan = plan_of(dataset);
  Batch plain;
  Sampler(plan).fill(0, 0, plain);
  const auto changed = [&](const AugmentKeys& augment) {
    Project other = project;
    other.training.augment = augment;
    const auto with =
        std::make_shared<SamplerPlan>(dataset, other.training, plan->normalization, plan->weights);
    Batch batch;
    Sampler(with).fill(0, 0, batch);
    EXPECT_EQ(batch.labels, plain.labels);
    EXPECT_EQ(batch.weights, plain.weights);
    check(batch, *with);
    return batch.image;
  };
  const auto largest = [&](const std::vector<float>& image) {
    float most = 0;
    for (std::size_t i = 0; i < image.size(); ++i) most = std::max(most, std::abs(image[i] - plain.image[i]));
    return most;
  };
  EXPECT_EQ(changed({}), plain.image);
  const float bright = largest(changed({.brightness = 0.5}));
  EXPECT_GT(bright, 0.01F);
  EXPECT_LE(bright, 0.5F + 1e-4F);
  EXPECT_GT(largest(changed({.contrast = 0.5})), 0.01F);
  EXPECT_GT(largest(changed({.color = 0.2})), 0.01F);
  EXPECT_GT(largest(changed({.blur = 2})), 0.01F);
  const auto noisy = changed({.noise = 0.5});
  double sum = 0, square = 0, count = 0;
  for (std::size_t i = 0; i < noisy.size(); ++i) {
    if (plain.image[i] == 0) continue;
    const double difference = noisy[i] - plain.image[i];
    sum += difference;
    square += difference * difference;
    ++count;
  }
  EXPECT_NEAR(sum / count, 0, 0.03);
  EXPECT_GT(square / count, 1e-4);
  EXPECT_LT(std::sqrt(square / count), 0.5);
}

TEST_F(SamplerTest, NoLightFallsOnHeights) {
  for (const std::string name : {"a", "b"}) {
    GDALDataset* raster = GDALDataset::Open(file(name + ".tif").c_str(), GDAL_OF_RASTER | GDAL_OF_UPDATE);
    raster->GetRasterBand(2)->SetDescription("nDSM");
    GDALClose(raster);
  }
  const Dataset dataset(project, {});
  const auto plan = plan_of(dataset);
  ASSERT_EQ(plan->heights, (std::vector<bool>{false, true, false}));
  Batch plain, batch;
  Sampler(plan).fill(0, 0, plain);
  project.training.augment = {.brightness = 1, .contrast = 1, .color = 0.5};
  Sampler(std::make_shared<SamplerPlan>(dataset, project.training, plan->normalization, plan->weights))
      .fill(0, 0, batch);
  for (std::size_t b = 0; b < 3; ++b) {
    const std::vector<float> before(plain.image.begin() + static_cast<std::ptrdiff_t>(b * 1024),
                                    plain.image.begin() + static_cast<std::ptrdiff_t>((b + 1) * 1024));
    const std::vector<float> after(batch.image.begin() + static_cast<std::ptrdiff_t>(b * 1024),
                                   batch.image.begin() + static_cast<std::ptrdiff_t>((b + 1) * 1024));
    EXPECT_EQ(before == after, b == 1) << b;
  }
}

TEST_F(SamplerTest, ImagesSmallerThanAPatchStandInItsMiddle) {
  project.training.patch = 200;
  project.training.batch = 1;
  const Dataset dataset(project, {});
  const auto plan = plan_of(dataset);
  Sampler sampler(plan);
  Batch batch;
  sampler.fill(0, 0, batch);
  check(batch, *plan);
  EXPECT_EQ(batch.weights[0], 0);
  EXPECT_GT(*std::max_element(batch.weights.begin() + 100 * 200, batch.weights.begin() + 101 * 200), 0);
}

TEST_F(SamplerTest, WhatAWorkerThrowsComesOutOfNext) {
  const Dataset dataset(project, {.cache_bytes = 0});
  const auto plan = plan_of(dataset);
  Loader loader(plan, {.workers = 2, .ahead = 1});
  Batch batch;
  loader.next(batch);
  std::filesystem::remove(file("a.tif"));
  std::filesystem::remove(file("b.tif"));
  std::filesystem::remove(file("a_labels.tif"));
  std::filesystem::remove(file("b_labels.tif"));
  // Files that are open stay readable: a loader of its own has to open them.
  Loader late(plan, {.workers = 2});
  EXPECT_THROW(late.next(batch), Error);
  EXPECT_THROW(late.next(batch), Error);
}

}  // namespace
}  // namespace terramask::tests
