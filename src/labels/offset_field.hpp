// Offsets between the places where they were measured.
#pragma once

#include <array>
#include <vector>

#include "labels/offset_estimate.hpp"
#include "terramask/grid.hpp"

namespace terramask::labels {

/// Offsets at the middles of a lattice of blocks, from what the blocks around say, each by its information
/// matrix (the inverse of its covariance) times exp(−(distance / 1 block)² / 2), and the common offset where
/// they say nothing. Information matrices, because a block that is sure in one direction only must count in
/// that one only: two straight roads that cross elsewhere fix both. Between the middles it is bilinear, and
/// constant outside them.
class OffsetField {
 public:
  OffsetField(std::int64_t columns, std::int64_t rows, std::int64_t side,
              const std::vector<OffsetEstimate>& blocks, const OffsetPrior& common);

  /// At a pixel's centre.
  std::array<double, 2> at(std::int64_t x, std::int64_t y) const;

 private:
  std::int64_t columns_, rows_;
  double side_;
  std::vector<std::array<double, 2>> nodes_;
};

}  // namespace terramask::labels
