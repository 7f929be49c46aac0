// Offsets between the places where they were measured.
#pragma once

#include <array>
#include <vector>

#include "labels/check/offset_estimate.hpp"
#include "terramask/grid.hpp"

namespace terramask::labels {

/// Offsets at the middles of a lattice of blocks, from what the blocks around say, and the common offset
/// where they say nothing. Each counts by its information matrix, the inverse of its error's covariance, to
/// which (1 pixel a block)² of distance is added, for offsets vary: so a block that is sure keeps its own,
/// and one that is not has its neighbours'. Matrices, because a block that is sure in one direction only must
/// count in that one only: two straight roads that cross elsewhere fix both. Between the middles it is
/// bilinear, and constant outside them.
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
