// Progress and cancellation of long work.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "terramask/error.hpp"

namespace terramask {

/// Called from time to time by long work, from one thread at a time. `done` and `total` count `unit`s
/// ("pixels", "bytes"); total is 0 while it is unknown. `phase` names the current step.
struct Progress {
  std::string phase;
  std::string unit;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};
using ProgressSink = std::function<void(const Progress&)>;

/// Set from a signal handler or another thread; long work checks it between tiles.
class StopFlag {
 public:
  void request() noexcept { stop_.store(true, std::memory_order_relaxed); }
  bool requested() const noexcept { return stop_.load(std::memory_order_relaxed); }
  /// Throws ErrorCode::cancelled once a stop was requested.
  void check() const {
    if (requested()) throw Error(ErrorCode::cancelled, "stopped on request");
  }

 private:
  std::atomic<bool> stop_{false};
};

}  // namespace terramask
