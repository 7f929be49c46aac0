#include "tiles/tile_source.hpp"

namespace terramask::tiles {

void TileLedger::note(const TileAddress& address, Entry entry, const std::string& cause) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t key = packed(address);
  const auto [place, fresh] = entries_.try_emplace(key, entry);
  if (!fresh) {
    if (place->second == Entry::fetched && entry == Entry::cached) return;
    place->second = entry;
  }
  if (entry == Entry::failed)
    causes_[key] = cause;
  else
    causes_.erase(key);
}

void TileLedger::report(TileReport& report) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, entry] : entries_) {
    switch (entry) {
      case Entry::fetched:
        ++report.fetched;
        break;
      case Entry::cached:
        ++report.cached;
        break;
      case Entry::local:
        ++report.local;
        break;
      case Entry::missing:
        ++report.missing;
        break;
      case Entry::absent:
        ++report.absent;
        break;
      case Entry::failed:
        break;
    }
  }
  for (const auto& [key, cause] : causes_) report.failed.push_back({to_string(unpacked(key)), cause});
}

}  // namespace terramask::tiles
