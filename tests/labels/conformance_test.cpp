// Real vectors whose labels somebody else made.
#include <algorithm>

#include "labels/support.hpp"

namespace terramask::tests {
namespace {

namespace fs = std::filesystem;

class Conformance : public LabelsTest {
 protected:
  /// Labels of every tile below `labels` (z/x/y.png), painted from `vectors` at pixel centres.
  void expect_tiles(const fs::path& labels, const fs::path& vectors, std::size_t expected) {
    TERRAMASK_REQUIRE(labels);
    std::size_t tiles = 0, ones = 0;
    for (const auto& entry : fs::recursive_directory_iterator(labels)) {
      if (entry.path().extension() != ".png") continue;
      const int y = std::stoi(entry.path().stem().string());
      const int x = std::stoi(entry.path().parent_path().filename().string());
      const int z = std::stoi(entry.path().parent_path().parent_path().filename().string());
      const std::string like = place_tile(entry.path().string(), z, x, y);
      const Raster made = paint(simple_rules(vectors.string()), like);
      const Raster reference = read_raster(entry.path().string());
      EXPECT_EQ(differences(made, reference), 0U) << entry.path();
      ones += static_cast<std::size_t>(std::count(made.values.begin(), made.values.end(), 1));
      ++tiles;
    }
    EXPECT_EQ(tiles, expected);
    EXPECT_GT(ones, 0U);
  }
};

TEST_F(Conformance, RobosatParkingTilesAreReproducedExactly) {
  const fs::path data = shared_data("data/slippy_robosat/tests/fixtures/parking");
  expect_tiles(data / "labels", data / "features.geojson", 4);
}

TEST_F(Conformance, XiamenTilesAreReproducedExactly) {
  const fs::path data = shared_data("data/slippy_xiamen_sample");
  expect_tiles(data / "labels", data / "buildings.json", 73);
}

TEST_F(Conformance, SpacenetRoadsAreBufferedAsTheReferenceIs) {
  const fs::path data = shared_data("data/spacenet_road_mask");
  TERRAMASK_REQUIRE(data);
  Json rules = simple_rules((data / "sample_roads_for_masking.geojson").string());
  rules["rules"][0]["buffer"] = {{"width", 4}};
  const Raster made = paint(rules, (data / "road_mask_input.tif").string());
  const Raster reference = read_raster((data / "sample_road_raster_mask.tif").string());
  std::uint64_t both = 0, either = 0;
  ASSERT_EQ(made.values.size(), reference.values.size());
  for (std::size_t i = 0; i < made.values.size(); ++i) {
    const bool a = made.values[i] == 1, b = reference.values[i] == 255;
    both += a && b ? 1 : 0;
    either += a || b ? 1 : 0;
  }
  const double iou = static_cast<double>(both) / static_cast<double>(either);
  RecordProperty("iou", fmt::format("{:.6f}", iou));
  fmt::print("IoU {:.6f}\n", iou);
  EXPECT_GT(iou, 0.999);
}

}  // namespace
}  // namespace terramask::tests
