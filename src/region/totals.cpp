#include "region/totals.hpp"

namespace terramask::region {
namespace {

class Adder {
 public:
  explicit Adder(const std::vector<ClassInfo>& classes) {
    for (const ClassInfo& one : classes) totals_.classes.push_back({.info = one});
  }

  void add(const RegionTile& tile) {
    if (tile.status != TileStatus::done) return;
    totals_.pixels += tile.pixels;
    totals_.valid_pixels += tile.valid;
    totals_.has_areas = totals_.has_areas && tile.areas.size() == totals_.classes.size();
    for (std::size_t i = 0; i < totals_.classes.size(); ++i) {
      RegionClass& one = totals_.classes[i];
      if (i < tile.counts.size()) one.pixels += tile.counts[i];
      if (i < tile.areas.size()) one.square_metres += tile.areas[i];
    }
  }

  /// Areas of only some of the tiles would look like those of all.
  RegionTotals totals() {
    for (RegionClass& one : totals_.classes) {
      if (!totals_.has_areas) one.square_metres = 0;
      totals_.square_metres += one.square_metres;
    }
    return std::move(totals_);
  }

 private:
  RegionTotals totals_;
};

}  // namespace

RegionTotals totals_of(const std::vector<ClassInfo>& classes, const std::vector<RegionTile>& tiles) {
  Adder adder(classes);
  for (const RegionTile& tile : tiles) adder.add(tile);
  return adder.totals();
}

RegionTotals totals_of(const std::vector<ClassInfo>& classes, const std::map<TileKey, JournalTile>& tiles) {
  Adder adder(classes);
  for (const auto& [key, one] : tiles) adder.add(one.tile);
  return adder.totals();
}

}  // namespace terramask::region
