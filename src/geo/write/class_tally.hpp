// Pixel count and ground area of each class.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "geo/base/pixel_area.hpp"
#include "terramask/class_info.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

class ClassTally {
 public:
  ClassTally(const Grid& grid, std::span<const ClassInfo> classes, int nodata);

  /// Counts a block. Each pixel of the raster must be counted at most once. Throws internal for a value that
  /// is neither a class nor nodata.
  void add(const Window& window, std::span<const std::uint16_t> values);

  /// Of the class at `index` in the list of classes.
  std::uint64_t pixels(std::size_t index) const { return totals_[index].pixels; }
  /// In m²; meaningless unless `has_areas`.
  double area(std::size_t index) const { return totals_[index].area; }
  /// False if the areas of any counted pixels are unknown.
  bool has_areas() const;

 private:
  struct Total {
    std::uint64_t pixels = 0;
    double area = 0;
  };

  std::unique_ptr<PixelAreas> areas_;
  std::vector<int> index_of_;  ///< by value: a class, nodata (the last) or kUnknown
  std::vector<Total> totals_;  ///< one per class, and one for nodata
  static constexpr int kUnknown = -1;
};

}  // namespace terramask::geo
