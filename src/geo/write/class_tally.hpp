// How many pixels, and how much ground, each class covers.
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

  /// Counts a block; each pixel of the raster at most once. Throws ErrorCode::internal for a value that is
  /// neither a class nor nodata.
  void add(const Window& window, std::span<const std::uint16_t> values);

  /// Of the class at `index` in the list of classes.
  std::uint64_t pixels(std::size_t index) const { return totals_[index].pixels; }
  /// In m²; meaningless unless `has_areas`.
  double area(std::size_t index) const { return totals_[index].area; }
  /// False where the grid does not tell what its pixels cover, be it only for some of them.
  bool has_areas() const;

 private:
  struct Total {
    std::uint64_t pixels = 0;
    double area = 0;
  };

  std::unique_ptr<PixelAreas> areas_;
  std::vector<int> index_of_;  ///< of each value: a class, nodata (the last) or kUnknown
  std::vector<Total> totals_;  ///< one for each class, and one more for nodata
  static constexpr int kUnknown = -1;
};

}  // namespace terramask::geo
