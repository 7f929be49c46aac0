// Long sums without atomics or shared memory, split by counts only. The operator's own kernel computes the
// first level, one partial sum per lane; then sum_runs.comp adds 64 at a time, level by level.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "vulkan/recorder.hpp"

namespace terramask::ops {

class SumTree {
 public:
  /// Computes `sums` sums, each of `partials` partial sums, which are stored consecutively, sum by sum.
  SumTree(const vulkan::Traits& traits, std::int64_t sums, std::int64_t partials) : sums_(sums) {
    const std::uint64_t alignment = std::max<std::uint64_t>(256, traits.storage_alignment);
    do {
      levels_.push_back({partials, bytes_});
      bytes_ += (level_bytes(levels_.back()) + alignment - 1) / alignment * alignment;
      partials = (partials + run - 1) / run;
    } while (partials > 1);
  }

  std::uint64_t bytes() const { return bytes_; }

  /// The binding to which the first level is written.
  vulkan::Binding first(const vulkan::Recorder& recorder) const { return at(recorder, levels_.front()); }

  /// Computes the other levels, the last into `result`. Sums start from `begin` if present.
  void finish(vulkan::Recorder& recorder, const vulkan::Binding& result,
              const std::optional<vulkan::Binding>& begin = {}) const {
    for (std::size_t i = 0; i < levels_.size(); ++i) {
      const bool last = i + 1 == levels_.size();
      const vulkan::Binding from = at(recorder, levels_[i]);
      vulkan::Binding texels = from;
      texels.view = vulkan::View::r32f;
      const std::int64_t lanes = last ? 1 : levels_[i + 1].partials;
      recorder.dispatch("sum_runs", {last && begin ? 1u : 0u},
                        {from, begin.value_or(texels), last ? result : at(recorder, levels_[i + 1])},
                        vulkan::push_words(levels_[i].partials, lanes),
                        {vulkan::ceil_div(lanes, 64), vulkan::u32(sums_), 1});
    }
  }

 private:
  static constexpr std::int64_t run = 64;
  struct Level {
    std::int64_t partials;
    std::uint64_t offset;
  };

  std::uint64_t level_bytes(const Level& level) const {
    return static_cast<std::uint64_t>(sums_ * level.partials) * 4;
  }
  vulkan::Binding at(const vulkan::Recorder& recorder, const Level& level) const {
    return recorder.scratch(vulkan::View::storage, level.offset, level_bytes(level));
  }

  std::int64_t sums_;
  std::vector<Level> levels_;
  std::uint64_t bytes_ = 0;
};

}  // namespace terramask::ops
