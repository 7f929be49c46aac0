#include "evaluate/sweep.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "evaluate/support.hpp"

namespace terramask::tests {
namespace {

TEST(LevelCounts, EqualsCountingAtEachThreshold) {
  std::mt19937 random(3);
  std::uniform_real_distribution<float> uniform(0, 1);
  std::vector<std::pair<float, bool>> pixels;
  for (int i = 0; i < 5000; ++i) {
    const bool positive = i % 3 == 0;
    pixels.emplace_back(std::pow(uniform(random), positive ? 0.5F : 1.5F), positive);
  }
  for (const float edge : {0.0F, 0.5F, 1.0F, 0.25F, 1.0F / 256}) {
    pixels.emplace_back(edge, true);
    pixels.emplace_back(edge, false);
  }
  evaluation::LevelCounts counts;
  for (const auto& [probability, positive] : pixels) counts.add(probability, positive);
  const ThresholdSweep sweep = counts.sweep(1);
  ASSERT_EQ(sweep.points.size(), 256U);
  EXPECT_EQ(sweep.pixels, pixels.size());
  double average = 0, before = 0, best = 0, positives = 0;
  for (const auto& pixel : pixels) positives += pixel.second ? 1 : 0;
  for (const SweepPoint& point : sweep.points) {
    double right = 0, said = 0;
    for (const auto& [probability, positive] : pixels)
      if (static_cast<double>(probability) > point.threshold) {
        said += 1;
        right += positive ? 1 : 0;
      }
    EXPECT_DOUBLE_EQ(point.recall, right / positives);
    if (said > 0) {
      EXPECT_DOUBLE_EQ(point.precision, right / said);
      average += (point.recall - before) * point.precision;
    }
    before = point.recall;
    if (point.threshold > 0) best = std::max(best, point.f1);
  }
  average += (1 - before) * positives / static_cast<double>(pixels.size());
  EXPECT_NEAR(sweep.average_precision, average, 1e-12);
  EXPECT_DOUBLE_EQ(sweep.best.f1, best);
  EXPECT_DOUBLE_EQ(sweep.half.threshold, 0.5);
}

TEST(LevelCounts, OfEqualThresholdsTheMiddleOne) {
  evaluation::LevelCounts counts;
  for (int i = 0; i < 10; ++i) {
    counts.add(0.1F, false);
    counts.add(0.9F, true);
  }
  EXPECT_DOUBLE_EQ(counts.sweep(1).best.threshold, 0.5);
  EXPECT_DOUBLE_EQ(counts.sweep(1).average_precision, 1);
}

TEST(LevelCounts, MissingProbabilitiesAreMisses) {
  evaluation::LevelCounts counts;
  counts.add(1.0F, true);
  counts.add_missing(true);
  counts.add_missing(false);
  const ThresholdSweep sweep = counts.sweep(1);
  EXPECT_DOUBLE_EQ(sweep.best.recall, 0.5);
  EXPECT_DOUBLE_EQ(sweep.best.precision, 1);
  EXPECT_DOUBLE_EQ(sweep.average_precision, 0.5);
  EXPECT_EQ(sweep.pixels, 3U);
}

class Sweep : public EvaluateTest {
 protected:
  Sweep() {
    for (int i = 0; i < 100; ++i) {
      truth_.push_back(i % 10 < 3 ? 1 : 0);
      said_.push_back(i % 10 < 2 ? 1 : 0);
      road_.push_back(i % 10 < 2 ? 0.8F : i % 10 == 2 ? 0.4F : 0.1F);
      other_.push_back(1 - road_.back());
    }
    options_ = pair_of(mask("m.tif", grid_, said_, road_classes()), raster("r.tif", grid_, truth_));
  }

  Grid grid_ = utm_grid(10, 10);
  std::vector<int> truth_, said_;
  std::vector<float> road_, other_;
  EvaluationOptions options_;
};

TEST_F(Sweep, FindsTheThresholdThatTakesAll) {
  const auto writer = ProbabilityWriter::create({.path = path("p.tif"),
                                                 .grid = grid_,
                                                 .classes = road_classes(),
                                                 .metadata = {},
                                                 .creation_options = {},
                                                 .overwrite = false},
                                                ProbabilityType::byte);
  std::vector<float> both = other_;
  both.insert(both.end(), road_.begin(), road_.end());
  writer->write(grid_.extent(), both, std::vector<std::uint8_t>(100, 1));
  writer->finish({}, nullptr);
  options_.pairs[0].probabilities = path("p.tif");
  const ThresholdSweep sweep = *evaluate(options_, {}, nullptr).sweep;
  EXPECT_EQ(sweep.positive, 1U);
  EXPECT_DOUBLE_EQ(sweep.best.f1, 1);
  EXPECT_LT(sweep.best.threshold, 0.4);
  EXPECT_GT(sweep.best.threshold, 0.38);
  EXPECT_DOUBLE_EQ(sweep.half.recall, 2.0 / 3);
  EXPECT_DOUBLE_EQ(sweep.half.precision, 1);
  EXPECT_DOUBLE_EQ(sweep.average_precision, 1);

  options_.positive = "background";
  const ThresholdSweep other = *evaluate(options_, {}, nullptr).sweep;
  EXPECT_EQ(other.positive, 0U);
  EXPECT_EQ(other.positives, 70U);
  EXPECT_DOUBLE_EQ(other.best.f1, 1);
}

TEST_F(Sweep, RefusesWhatIsNoProbability) {
  std::vector<float> percent;
  for (const float value : road_) percent.push_back(100 * value);
  options_.pairs[0].probabilities = planes("p.tif", grid_, {percent}, -1, GDT_Float32);
  const Error error = error_of([&] { evaluate(options_, {}, nullptr); });
  EXPECT_EQ(error.code(), ErrorCode::mismatch);
  EXPECT_NE(error.message().find("p.tif: holds 80 at column 0, row 0, which is not a probability"),
            std::string::npos)
      << error.message();
}

TEST_F(Sweep, RefusesBandsOfOtherClasses) {
  options_.pairs[0].probabilities = planes("p.tif", grid_, {road_, road_, road_}, -1, GDT_Float32);
  const Error error = error_of([&] { evaluate(options_, {}, nullptr); });
  EXPECT_NE(error.message().find("none of its bands is that of class road: 1, 2, 3"), std::string::npos)
      << error.message();
}

}  // namespace
}  // namespace terramask::tests
