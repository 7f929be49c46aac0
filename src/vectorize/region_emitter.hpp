// Writes regions as polygons once all of their borders are known.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "geo/vector/feature_writer.hpp"
#include "vectorize/arc.hpp"
#include "vectorize/arc_store.hpp"
#include "vectorize/patches.hpp"

namespace terramask::vectors {

class RegionEmitter {
 public:
  using Wanted = std::function<bool(std::int32_t value)>;
  using Attributes = std::function<std::vector<geo::FieldValue>(Region)>;

  RegionEmitter(const Patches& patches, const Wanted& wanted, Attributes attributes, ArcStore& store,
                geo::FeatureWriter& writer);

  /// Takes the arcs of a band.
  void add(const std::vector<Arc>& arcs);
  /// Writes the regions that end above row `y`, in the order of their last rows, and keeps the others' arcs.
  void emit_until(std::int64_t y, const StopFlag* stop);

 private:
  void emit(Region region);

  const Patches& patches_;
  Attributes attributes_;
  ArcStore& store_;
  geo::FeatureWriter& writer_;
  std::vector<Region> order_;  ///< of writing; those that are not wanted are left out
  std::size_t written_ = 0;
  std::vector<bool> wanted_;                                       ///< by region
  std::unordered_map<Region, std::vector<std::uint64_t>> places_;  ///< of the arcs of regions not written yet
  std::vector<geo::Point> ring_;
};

}  // namespace terramask::vectors
