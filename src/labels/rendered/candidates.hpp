// The entries of a legend that a pixel may be made of.
#pragma once

#include <array>
#include <cstddef>

#include "labels/rendered/legend.hpp"

namespace terramask::labels {

/// A few entries of the legend, each once; the first that are added, where there are more than kMost.
class Candidates {
 public:
  void add(EntryIndex entry) {
    if (entry == kUnexplained || count_ == entries_.size() || find(entry) < count_) return;
    entries_[count_++] = entry;
  }
  /// count() where it is none of them.
  std::size_t find(EntryIndex entry) const {
    std::size_t k = 0;
    while (k < count_ && entries_[k] != entry) ++k;
    return k;
  }
  std::size_t count() const { return count_; }
  EntryIndex operator[](std::size_t k) const { return entries_[k]; }
  static constexpr std::size_t kMost = 12;

 private:
  std::array<EntryIndex, kMost> entries_{};
  std::size_t count_ = 0;
};

}  // namespace terramask::labels
