#include "common/progress_bar.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "common/command.hpp"
#include "common/printing.hpp"

namespace terramask::tools {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr Seconds kRedrawAfter{0.1};
constexpr Seconds kLogAfter{10.0};
constexpr Seconds kRateAfter{0.5};  // a rate over less is noise

double fraction(const Progress& progress) {
  if (progress.total == 0) return 0;
  return std::min(1.0, static_cast<double>(progress.done) / static_cast<double>(progress.total));
}

std::string megapixels(std::uint64_t pixels) {
  return fmt::format("{:.1f}", static_cast<double>(pixels) * 1e-6);
}

std::size_t columns(std::FILE* stream) {
  winsize size{};
  if (::ioctl(::fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

}  // namespace

ProgressBar::ProgressBar(std::string label, Style style, std::FILE* stream)
    : label_(std::move(label)),
      terminal_(style == Style::terminal || (style == Style::automatic && ::isatty(::fileno(stream)) != 0)),
      stream_(stream) {}

ProgressBar::~ProgressBar() {
  finish();
}

void ProgressBar::relabel(std::string label) {
  finish();
  label_ = std::move(label);
  phase_.clear();
}

void ProgressBar::show(const Progress& progress) {
  show(progress, Clock::now());
}

bool ProgressBar::due(const Progress& progress, Clock::time_point now) const {
  const bool complete = progress.total != 0 && progress.done >= progress.total && drawn_ < progress.total;
  if (terminal_) return complete || now - last_ >= kRedrawAfter;
  // Phases may take turns, as those of many files do.
  const auto logged = logged_.find(phase_);
  if (logged != logged_.end() && now - logged->second < kLogAfter) return false;
  return complete || now - last_ >= kLogAfter;
}

void ProgressBar::show(const Progress& progress, Clock::time_point now) {
  const bool begins = progress.phase != phase_;
  if (begins) {
    finish();
    phase_ = progress.phase;
    phase_begin_ = now;
    phase_first_ = progress.done;
    last_ = now;
    drawn_ = 0;
  }
  // On a terminal a phase is seen at once; a log has no use for a first line at 0%.
  if (!(terminal_ && begins) && !due(progress, now)) return;
  last_ = now;
  if (!terminal_) logged_[phase_] = now;
  drawn_ = progress.done;
  std::string text = line(progress, now);
  if (terminal_) {
    // A line that wraps could not be drawn over.
    text.resize(std::min(text.size(), columns(stream_) - 1));
    tell("\r" + text + "\x1b[K", stream_);
    open_ = true;
  } else {
    tell(text + "\n", stream_);
  }
}

std::string ProgressBar::line(const Progress& progress, Clock::time_point now) const {
  std::string text = terminal_ ? "" : label_;
  text += progress.phase;
  if (progress.total == 0) return text;
  const double share = fraction(progress);
  if (terminal_) {
    constexpr std::size_t width = 24;
    const auto filled = static_cast<std::size_t>(share * width);
    text += fmt::format(" [{}{}]", std::string(filled, '='), std::string(width - filled, ' '));
  }
  text += fmt::format(" {:3.0f}%", share * 100);
  const bool pixels = progress.unit == "pixels";
  if (pixels) text += fmt::format("  {} of {} Mpx", megapixels(progress.done), megapixels(progress.total));
  const Seconds elapsed = now - phase_begin_;
  const auto done = static_cast<double>(progress.done - std::min(progress.done, phase_first_));
  if (elapsed < kRateAfter || done <= 0) return text;
  const double rate = done / elapsed.count();
  if (pixels) text += fmt::format("  {:.3g} Mpx/s", rate * 1e-6);
  if (progress.done < progress.total)
    text +=
        fmt::format("  {} left", duration_text(static_cast<double>(progress.total - progress.done) / rate));
  return text;
}

void ProgressBar::finish() {
  if (!open_) return;
  open_ = false;
  tell("\n", stream_);
}

}  // namespace terramask::tools
