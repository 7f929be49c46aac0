#include "vectorize/region_emitter.hpp"

#include <algorithm>

#include "vectorize/region_rings.hpp"

namespace terramask::vectors {

RegionEmitter::RegionEmitter(const Patches& patches, const Wanted& wanted, Attributes attributes,
                             ArcStore& store, geo::FeatureWriter& writer)
    : patches_(patches),
      attributes_(std::move(attributes)),
      store_(store),
      writer_(writer),
      wanted_(patches.size()) {
  for (Region region = 1; region < patches.size(); ++region) {
    wanted_[region] = wanted(patches.value[region]);
    if (wanted_[region]) order_.push_back(region);
  }
  std::stable_sort(order_.begin(), order_.end(),
                   [&](Region a, Region b) { return patches.last_row[a] < patches.last_row[b]; });
}

void RegionEmitter::add(const std::vector<Arc>& arcs) {
  for (const Arc& arc : arcs) {
    if (!wanted_[arc.left] && !wanted_[arc.right]) continue;
    const std::uint64_t place = store_.add(arc);
    if (wanted_[arc.left]) places_[arc.left].push_back(place);
    if (wanted_[arc.right]) places_[arc.right].push_back(place);
  }
}

void RegionEmitter::emit_until(std::int64_t y, const StopFlag* stop) {
  for (; written_ < order_.size() && patches_.last_row[order_[written_]] < y; ++written_) {
    if (stop != nullptr) stop->check();
    emit(order_[written_]);
  }
  store_.flush();
}

void RegionEmitter::emit(Region region) {
  RegionRings rings;
  const auto found = places_.find(region);
  if (found != places_.end()) {
    for (const std::uint64_t place : found->second) rings.add(store_.read(place), region);
    places_.erase(found);
  }
  rings.assemble([this](std::span<const Corner> ring) {
    ring_.clear();
    for (const Corner& corner : ring)
      ring_.push_back({static_cast<double>(corner.x), static_cast<double>(corner.y)});
    writer_.add_ring(ring_);
  });
  writer_.write(attributes_(region));
}

}  // namespace terramask::vectors
