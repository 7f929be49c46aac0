// Which of many boxes touch a box: a regular grid of buckets.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "scene/geometry.hpp"

namespace terramask::scene {

class GridIndex {
 public:
  explicit GridIndex(double cell = 40) : cell_(cell) {}

  /// Adds a box; its number is the count of boxes before it.
  void add(const Box& box);
  /// Numbers of the boxes that touch `box`, ascending.
  std::vector<std::size_t> query(const Box& box) const;
  std::size_t size() const { return boxes_.size(); }

 private:
  std::int64_t cell_of(double coordinate) const {
    return static_cast<std::int64_t>(std::floor(coordinate / cell_));
  }
  static std::int64_t key(std::int64_t column, std::int64_t row) { return column * 0x100000000LL + row; }

  double cell_;
  std::vector<Box> boxes_;
  std::unordered_map<std::int64_t, std::vector<std::uint32_t>> cells_;
};

}  // namespace terramask::scene
