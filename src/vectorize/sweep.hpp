// Tells how far a sweep over a mask is, and ends it where that is wished.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "terramask/grid.hpp"
#include "terramask/progress.hpp"

namespace terramask::vectors {

class Sweep {
 public:
  Sweep(std::string phase, const Grid& grid, const ProgressSink& progress, const StopFlag* stop)
      : progress_(progress), stop_(stop), width_(static_cast<std::uint64_t>(grid.width)) {
    told_.phase = std::move(phase);
    told_.unit = "pixels";
    told_.total = width_ * static_cast<std::uint64_t>(grid.height);
  }

  /// One more row is done.
  void row() {
    told_.done += width_;
    if (++rows_ % 32 != 0 && told_.done != told_.total) return;
    if (stop_ != nullptr) stop_->check();
    if (progress_) progress_(told_);
  }

 private:
  const ProgressSink& progress_;
  const StopFlag* stop_;
  std::uint64_t width_;
  std::uint64_t rows_ = 0;
  Progress told_;
};

}  // namespace terramask::vectors
