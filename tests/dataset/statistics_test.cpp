#include "dataset/statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "dataset/support.hpp"

namespace terramask::tests {
namespace {

/// Two bands far from zero that hang together, with nodata, over 700 x 600 pixels.
class StatisticsTest : public ReadTest {
 protected:
  void SetUp() override {
    ReadTest::SetUp();
    write_raster(file("image.tif"), {.width = kWidth,
                                     .height = kHeight,
                                     .bands = 3,
                                     .type = GDT_Float32,
                                     .value = value,
                                     .dress = [](GDALDataset& d) {
                                       dress_rgb(d);
                                       d.GetRasterBand(1)->SetNoDataValue(-1);
                                     }});
    write_raster(file("labels.tif"), {.width = kWidth, .height = kHeight, .value = [](int, int column, int) {
                                        return column % 10 == 0 ? 1 : 0;
                                      }});
    project = small_project();
    project.images = {image_of("a", file("image.tif"), file("labels.tif"))};
    project.split = {.method = SplitMethod::blocks, .block_m = 100, .fractions = {0.5, 0.5, 0}, .seed = 1};
  }
  static double value(int band, int column, int row) {
    if ((column * 31 + row * 17) % 23 == 0) return -1;  // nodata in all bands: the first says so
    const double a = (column * 7 + row * 13) % 101, b = (column * 3 + row * 29) % 53;
    return band == 1 ? 1e6 + a : band == 2 ? 1e6 + 2 * a + b : 5;
  }
  /// The valid training pixels' values, straight from the function above.
  std::vector<std::array<double, 3>> expected(const Dataset& dataset) const {
    PartMap parts(dataset.split(), 0);
    std::vector<std::uint8_t> part(static_cast<std::size_t>(kWidth) * kHeight);
    parts.read({0, 0, kWidth, kHeight}, part);
    std::vector<std::array<double, 3>> values;
    for (int row = 0; row < kHeight; ++row)
      for (int column = 0; column < kWidth; ++column)
        if (part[static_cast<std::size_t>(row * kWidth + column)] == 1 && value(1, column, row) != -1)
          values.push_back({value(1, column, row), value(2, column, row), value(3, column, row)});
    return values;
  }
  static constexpr int kWidth = 700, kHeight = 600;
  Project project;
};

TEST_F(StatisticsTest, AreThoseOfValidTrainingPixels) {
  const Dataset dataset(project, {});
  const auto values = expected(dataset);
  const Normalization norm = measure_normalization(dataset, NormalizationMethod::standard, {});
  EXPECT_EQ(norm.pixels, values.size());
  EXPECT_EQ(norm.pixels, dataset.visible(Part::training));
  for (std::size_t b = 0; b < 2; ++b) {
    double mean = 0, variance = 0;
    for (const auto& one : values) mean += one[b] / static_cast<double>(values.size());
    for (const auto& one : values)
      variance += (one[b] - mean) * (one[b] - mean) / static_cast<double>(values.size());
    EXPECT_NEAR(norm.mean[b], mean, 1e-6);
    EXPECT_NEAR(norm.std[b], std::sqrt(variance), 1e-6);
  }
  EXPECT_EQ(norm.std[2], 1);
  ASSERT_EQ(norm.warnings.size(), 1U);
  EXPECT_NE(norm.warnings[0].find("blue"), std::string::npos);
}

TEST_F(StatisticsTest, ByRangeAndPercentiles) {
  const Dataset dataset(project, {});
  auto values = expected(dataset);
  const Normalization range = measure_normalization(dataset, NormalizationMethod::minmax, {});
  EXPECT_NEAR((1e6 - range.mean[0]) / range.std[0], -1, 1e-9);
  EXPECT_NEAR((1e6 + 100 - range.mean[0]) / range.std[0], 1, 1e-9);
  const Normalization percentile = measure_normalization(dataset, NormalizationMethod::percentile, {});
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size()))][0];
  };
  EXPECT_NEAR(percentile.mean[0] - percentile.std[0], at(0.02), 1);
  EXPECT_NEAR(percentile.mean[0] + percentile.std[0], at(0.98), 1);
}

TEST_F(StatisticsTest, WhitenedBandsAreIndependent) {
  const Dataset dataset(project, {});
  const auto values = expected(dataset);
  const Normalization norm = measure_normalization(dataset, NormalizationMethod::whiten, {});
  std::array<std::array<double, 3>, 3> covariance{};
  for (const auto& one : values) {
    std::array<double, 3> out{};
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t k = 0; k < 3; ++k)
        out[i] += norm.matrix[i * 3 + k] * (one[k] - norm.mean[k]) / norm.std[k];
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t k = 0; k < 3; ++k)
        covariance[i][k] += out[i] * out[k] / static_cast<double>(values.size());
  }
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t k = 0; k < 3; ++k)
      EXPECT_NEAR(covariance[i][k], i == k && i < 2 ? 1 : 0, 1e-6) << i << k;
}

TEST_F(StatisticsTest, OfManyPixelsTakeASampleThatDoesNotChange) {
  const Dataset dataset(project, {});
  const Normalization all = measure_normalization(dataset, NormalizationMethod::standard, {});
  const StatisticsOptions few{.most_pixels = all.pixels / 2};
  const Normalization some = measure_normalization(dataset, NormalizationMethod::standard, few);
  EXPECT_LT(some.pixels, all.pixels);
  EXPECT_GT(some.pixels, 0U);
  EXPECT_NEAR(some.mean[0], all.mean[0], 1);
  EXPECT_EQ(some.mean, measure_normalization(dataset, NormalizationMethod::standard, few).mean);
}

TEST_F(StatisticsTest, DoNotDependOnTheCache) {
  const Normalization cached = measure_normalization(Dataset(project, {}), NormalizationMethod::standard, {});
  const Dataset uncached(project, {.cache_bytes = 0});
  EXPECT_EQ(uncached.cached_images(), 0U);
  EXPECT_EQ(measure_normalization(uncached, NormalizationMethod::standard, {}).std, cached.std);
}

TEST_F(StatisticsTest, ClassWeightsHaveMeanOne) {
  const Dataset dataset(project, {});
  TrainingKeys training;
  EXPECT_EQ(class_weights(dataset, training), (std::vector<double>{1, 1}));
  training.class_weighting = ClassWeighting::balanced;
  const auto weights = class_weights(dataset, training);
  double sum = 0;
  for (std::size_t c = 0; c < 2; ++c)
    sum += weights[c] * static_cast<double>(dataset.count(Part::training, c));
  EXPECT_NEAR(sum / static_cast<double>(dataset.labelled(Part::training)), 1, 1e-12);
  EXPECT_NEAR(weights[1] / weights[0], 9, 0.5);  // a tenth of the columns is road
  training.class_weighting = ClassWeighting::list;
  training.class_weights = {2, 3};
  EXPECT_EQ(class_weights(dataset, training), (std::vector<double>{2, 3}));
}

TEST(EigenTest, SymmetricMatricesComeApart) {
  constexpr std::size_t n = 7;
  std::vector<double> matrix(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      matrix[i * n + j] = matrix[j * n + i] =
          static_cast<double>((i * 5 + j * 3) % 11) - 4 + (i == j ? 3.0 : 0);
  std::vector<double> values, vectors;
  eigen_symmetric(matrix, n, values, vectors);
  for (std::size_t e = 0; e < n; ++e) {
    if (e > 0) {
      EXPECT_GE(values[e - 1], values[e]);
    }
    for (std::size_t i = 0; i < n; ++i) {
      double product = 0;
      for (std::size_t j = 0; j < n; ++j) product += matrix[i * n + j] * vectors[e * n + j];
      EXPECT_NEAR(product, values[e] * vectors[e * n + i], 1e-10);
    }
  }
}

}  // namespace
}  // namespace terramask::tests
