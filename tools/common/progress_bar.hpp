// Progress on stderr: a bar on a terminal, a plain line now and then in a log.
#pragma once

#include <chrono>
#include <cstdio>
#include <map>
#include <string>

#include "terramask/progress.hpp"

namespace terramask::tools {

/// "segmenting   42%  12.3 of 29.1 Mpx  0.31 Mpx/s  55 s left", drawn over ten times a second at most, or,
/// where the stream is no terminal, a line each ten seconds at most of each phase: of one that is shorter,
/// that it is complete. Only pixels have a rate. Called by one thread at a time.
class ProgressBar {
 public:
  using Clock = std::chrono::steady_clock;

  enum class Style { automatic, terminal, log };

  /// @param label stands before each line: "terramask segment: a.tif: "
  explicit ProgressBar(std::string label, Style style = Style::automatic, std::FILE* stream = stderr);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// For the next of several files: what it does starts over, and a log still has its ten seconds.
  void relabel(std::string label);
  void show(const Progress& progress);
  void show(const Progress& progress, Clock::time_point now);
  /// Leaves the line, so that something else may be printed.
  void finish();

 private:
  std::string line(const Progress& progress, Clock::time_point now) const;
  bool due(const Progress& progress, Clock::time_point now) const;

  std::string label_;
  bool terminal_;
  std::FILE* stream_;
  std::string phase_;
  Clock::time_point phase_begin_{};
  std::uint64_t phase_first_ = 0;
  Clock::time_point last_{};
  std::map<std::string, Clock::time_point> logged_;  ///< when each phase was last told of
  std::uint64_t drawn_ = 0;                          ///< `done` of what was shown last
  bool open_ = false;                                ///< the terminal's line is not ended yet
};

}  // namespace terramask::tools
