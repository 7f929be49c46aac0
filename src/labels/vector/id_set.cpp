#include "labels/vector/id_set.hpp"

#include <algorithm>

namespace terramask::labels {

void IdSet::add(std::uint64_t id) {
  if (size_++ % kBlock == 0) {
    blocks_.push_back({id, differences_.size()});
  } else {
    std::uint64_t difference = id - last_;
    for (; difference >= 128; difference >>= 7)
      differences_.push_back(static_cast<std::uint8_t>(difference | 128));
    differences_.push_back(static_cast<std::uint8_t>(difference));
  }
  last_ = id;
}

bool IdSet::contains(std::uint64_t id) const {
  const auto after =
      std::upper_bound(blocks_.begin(), blocks_.end(), id,
                       [](std::uint64_t value, const Block& block) { return value < block.first; });
  if (after == blocks_.begin()) return false;
  const Block& block = *std::prev(after);
  const std::uint64_t end = after == blocks_.end() ? differences_.size() : after->begin;
  std::uint64_t at = block.first;
  for (std::uint64_t i = block.begin; at < id && i < end;) {
    std::uint64_t difference = 0;
    int shift = 0;
    std::uint8_t byte = 128;
    for (; byte >= 128; shift += 7) {
      byte = differences_[i++];
      difference |= static_cast<std::uint64_t>(byte & 127) << shift;
    }
    at += difference;
  }
  return at == id;
}

}  // namespace terramask::labels
