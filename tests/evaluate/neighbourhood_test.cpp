// Eroded and relaxed measures against a brute force of their own, whatever the blocks.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "evaluate/support.hpp"
#include "terramask/evaluate.hpp"

namespace terramask::tests {
namespace {

constexpr std::int64_t kWidth = 83, kHeight = 67;
constexpr int kNone = 255;

struct Expected {
  ConfusionMatrix plain{3}, eroded{3};
  std::vector<RelaxedScore> relaxed{3};
};

/// Every pixel against every other: nothing is shared with what is tested.
Expected brute_force(const std::vector<int>& mask, const std::vector<int>& reference, double erode,
                     double slack) {
  Expected expected;
  for (std::int64_t y = 0; y < kHeight; ++y)
    for (std::int64_t x = 0; x < kWidth; ++x) {
      const auto at = static_cast<std::size_t>(y * kWidth + x);
      const int truth = reference[at], said = mask[at];
      if (truth == kNone) continue;
      double to_other = 1e9, said_to_reference = 1e9, truth_to_mask = 1e9;
      for (std::int64_t v = 0; v < kHeight; ++v)
        for (std::int64_t u = 0; u < kWidth; ++u) {
          const auto other = static_cast<std::size_t>(v * kWidth + u);
          const double distance = std::hypot(u - x, v - y);
          if (reference[other] != kNone && reference[other] != truth) to_other = std::min(to_other, distance);
          if (reference[other] == said) said_to_reference = std::min(said_to_reference, distance);
          if (mask[other] == truth) truth_to_mask = std::min(truth_to_mask, distance);
        }
      const auto row = static_cast<std::size_t>(truth);
      const std::size_t column = said == kNone ? 3 : static_cast<std::size_t>(said);
      ++expected.plain.at(row, column);
      if (to_other > erode) ++expected.eroded.at(row, column);
      ++expected.relaxed[row].reference;
      if (truth_to_mask <= slack) ++expected.relaxed[row].reference_found;
      if (said == kNone) continue;
      ++expected.relaxed[column].predicted;
      if (said_to_reference <= slack) ++expected.relaxed[column].predicted_right;
    }
  return expected;
}

class Neighbourhood : public EvaluateTest, public ::testing::WithParamInterface<std::pair<int, int>> {};

TEST_P(Neighbourhood, EqualsBruteForceForAllBlocks) {
  const auto [erode, slack] = GetParam();
  const auto said = blobs(kWidth, kHeight, {0, 1, 2, 255}, 1);
  const auto truth = blobs(kWidth, kHeight, {0, 1, 2, 2, 255}, 2);
  const Expected expected = brute_force(said, truth, erode, slack);
  ASSERT_GT(expected.eroded.total(), 100U);
  ASSERT_LT(expected.eroded.total(), expected.plain.total());
  const std::vector<ClassInfo> classes{{0, "a", "#000000"}, {1, "b", "#ff0000"}, {2, "c", "#00ff00"}};
  EvaluationOptions options = pair_of(mask("m.tif", utm_grid(kWidth, kHeight), said, classes),
                                      raster("r.tif", utm_grid(kWidth, kHeight), truth, 255));
  options.erode = erode;
  options.slack = slack;
  for (const std::int64_t block : {5, 16, 37, 512}) {
    SCOPED_TRACE(block);
    options.block = block;
    const EvaluationReport report = evaluate(options, {}, nullptr);
    EXPECT_EQ(report.matrix, expected.plain);
    EXPECT_EQ(report.eroded, expected.eroded);
    EXPECT_EQ(report.relaxed, expected.relaxed);
  }
}

INSTANTIATE_TEST_SUITE_P(Distances, Neighbourhood,
                         ::testing::Values(std::pair{1, 1}, std::pair{3, 3}, std::pair{2, 7},
                                           std::pair{4, 2}));

TEST_F(EvaluateTest, RelaxedMeasuresOfALineByHand) {
  // The reference is column 4, the mask column 7: three pixels apart.
  std::vector<int> truth(100, 0), said(100, 0);
  for (std::size_t y = 0; y < 10; ++y) truth[10 * y + 4] = said[10 * y + 7] = 1;
  EvaluationOptions options = pair_of(mask("m.tif", utm_grid(10, 10), said, road_classes()),
                                      raster("r.tif", utm_grid(10, 10), truth));
  options.slack = 3;
  const RelaxedScore near = evaluate(options, {}, nullptr).relaxed[1];
  EXPECT_DOUBLE_EQ(near.precision(), 1);
  EXPECT_DOUBLE_EQ(near.recall(), 1);
  options.slack = 2;
  const RelaxedScore far = evaluate(options, {}, nullptr).relaxed[1];
  EXPECT_DOUBLE_EQ(far.precision(), 0);
  EXPECT_DOUBLE_EQ(far.f1(), 0);
  options.erode = 3;
  // Columns 0 and 8, 9 are more than three pixels from the other class, and from column 4 itself none is.
  EXPECT_EQ(evaluate(options, {}, nullptr).eroded->total(), 30U);
}

}  // namespace
}  // namespace terramask::tests
