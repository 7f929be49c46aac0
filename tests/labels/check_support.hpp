// Images with labels that lie off, for the tests of checking and aligning.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "labels/check/check.hpp"
#include "labels/support.hpp"

namespace terramask::tests {

/// Values 0, 1, ... are the classes.
inline std::vector<std::uint16_t> plain_codes(std::size_t classes) {
  std::vector<std::uint16_t> codes(65536, 0);
  for (std::size_t value = 0; value < classes; ++value) codes[value] = static_cast<std::uint16_t>(value + 1);
  return codes;
}

inline std::vector<ClassInfo> two_classes() {
  return {{0, "background", "#000000"}, {1, "road", "#ffd400"}};
}

class CheckTest : public ReadTest {
 protected:
  labels::CheckOptions options(const std::vector<ClassInfo>& classes = two_classes()) const {
    labels::CheckOptions made;
    made.image.paths = {file("image.tif")};
    made.labels = {file("labels.tif"), plain_codes(classes.size())};
    made.classes = classes;
    return made;
  }

  /// A picture of red, green and blue in which `is_road` has another colour than the rest, both with noise.
  void write_image(int side, const std::function<bool(int, int)>& is_road, double noise = 30) const {
    std::mt19937 random(5);
    std::normal_distribution<double> draw(0, noise);
    NewRaster raster{.width = side, .height = side, .bands = 3};
    raster.value = [&](int band, int column, int row) {
      const double color = is_road(column, row) ? 130.0 : 80.0 + 20 * band;
      return std::clamp(std::round(color + draw(random)), 0.0, 255.0);
    };
    write_raster(file("image.tif"), raster);
  }
  /// Labels of `is_road`, drawn `offset` pixels off: they are to be moved by −offset.
  void write_labels(int side, const std::function<bool(int, int)>& is_road,
                    std::array<double, 2> offset) const {
    NewRaster raster{.width = side, .height = side};
    raster.geotransform = {500000 + offset[0], 1, 0, 5000000 - offset[1], 0, -1};
    raster.value = [&](int, int column, int row) { return is_road(column, row) ? 1 : 0; };
    write_raster(file("labels.tif"), raster);
  }
};

}  // namespace terramask::tests
