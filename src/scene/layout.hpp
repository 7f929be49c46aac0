// The plan of the country: a bent grid of streets, rivers between them, and what each block is used for.
#pragma once

#include <cstdint>
#include <vector>

#include "scene/geometry.hpp"

namespace terramask::scene {

enum class RoadKind : std::uint8_t { primary, secondary, residential, service, track };

enum class LandUse : std::uint8_t {
  residential,
  apartments,
  commercial,
  park,
  forest,
  field,  ///< ploughed
  crop,   ///< grown
  meadow,
  riverside,
};

/// A block of the grid: between street lines `column` and `column + 1`, `row` and `row + 1`.
struct Block {
  std::size_t column = 0;
  std::size_t row = 0;
};

/// Frame coordinates (u, v) are metres along the two directions of the street grid, before it is turned and
/// bent.
class Layout {
 public:
  Layout(std::uint64_t seed, double width_m, double height_m);

  Point ground(Point frame) const;
  Point frame(Point ground) const;

  std::uint64_t seed() const { return seed_; }
  /// Positions of the street lines, ascending, and their kinds.
  const std::vector<double>& columns() const { return columns_; }
  const std::vector<double>& rows() const { return rows_; }
  RoadKind column_kind(std::size_t line) const { return column_kinds_[line]; }
  RoadKind row_kind(std::size_t line) const { return row_kinds_[line]; }
  /// The river between row lines `row` and `row + 1`, or -1.
  int river_of(std::size_t row) const { return row_rivers_[row]; }

  std::size_t rivers() const { return rivers_.size(); }
  double river_v(std::size_t river, double u) const;
  double river_half_width(std::size_t river, double u) const;
  /// Metres from the nearest shore, negative in the water.
  double shore_distance(Point frame) const;

  /// Above 0 in towns.
  double urban(Point ground) const;
  Block block(Point frame) const;
  Point centre(Block block) const;
  /// Whether the block's ground is private gardens.
  bool has_gardens(Block block) const { return gardens_[block.row * (columns_.size() - 1) + block.column]; }
  /// Metres to the nearest side of the block behind which the land is used otherwise.
  double border_distance(Point frame) const;
  LandUse use(Block block) const { return uses_[block.row * (columns_.size() - 1) + block.column]; }

 private:
  Point bend(Point frame) const;
  void place_lines(double reach);
  LandUse choose_use(Block block) const;

  std::uint64_t seed_;
  Point middle_;
  Point axis_;
  Point rest_;   ///< the bend in the middle, which stays where it is
  double half_;  ///< half of the shorter side
  std::vector<double> columns_, rows_, rivers_;
  std::vector<RoadKind> column_kinds_, row_kinds_;
  std::vector<int> row_rivers_;
  std::vector<LandUse> uses_;
  std::vector<bool> gardens_;
};

}  // namespace terramask::scene
