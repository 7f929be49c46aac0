#include "labels/rendered/map_parts.hpp"

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <thread>
#include <vector>

#include "core/team.hpp"

namespace terramask::labels {
namespace {

constexpr std::int64_t kPart = 1536;  // three blocks of the scratch file; what is read around it weighs less
constexpr unsigned kMostThreads = 4;

std::vector<Window> parts_of(const Window& window) {
  std::vector<Window> parts;
  for (std::int64_t y = 0; y < window.height; y += kPart)
    for (std::int64_t x = 0; x < window.width; x += kPart)
      parts.push_back({window.x + x, window.y + y, std::min(kPart, window.width - x),
                       std::min(kPart, window.height - y)});
  return parts;
}

class PartReader {
 public:
  PartReader(const std::string& path, const RenderedMapOptions& options, const Window& window,
             const PartSink& sink, const ProgressSink& progress, const StopFlag* stop)
      : path_(path),
        options_(options),
        parts_(parts_of(window)),
        sink_(sink),
        progress_(progress),
        stop_(stop),
        total_(static_cast<std::uint64_t>(window.width * window.height)) {}

  MapCounts run() {
    const auto threads = std::min<std::size_t>(
        std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads), parts_.size());
    together(threads, [this] { work(); });
    return counts_;
  }

 private:
  void work() {
    try {
      RenderedMap map(path_, options_);
      std::vector<MapClass> classes;
      for (const Window* part = next(); part != nullptr; part = next()) {
        classes.resize(static_cast<std::size_t>(part->width * part->height));
        map.read(*part, classes);
        give(*part, classes);
      }
      const std::scoped_lock lock(mutex_);
      counts_ += map.counts();
    } catch (...) {
      const std::scoped_lock lock(mutex_);
      failed_ = true;
      throw;
    }
  }

  const Window* next() {
    const std::scoped_lock lock(mutex_);
    if (failed_ || next_ == parts_.size()) return nullptr;
    if (stop_ != nullptr) stop_->check();
    return &parts_[next_++];
  }

  void give(const Window& part, std::span<const MapClass> classes) {
    const std::scoped_lock lock(mutex_);
    sink_(part, classes);
    done_ += classes.size();
    if (progress_)
      progress_({.phase = "reading " + std::filesystem::path(path_).filename().string(),
                 .unit = "pixels",
                 .done = done_,
                 .total = total_});
  }

  const std::string& path_;
  const RenderedMapOptions& options_;
  const std::vector<Window> parts_;
  const PartSink& sink_;
  const ProgressSink& progress_;
  const StopFlag* stop_;
  const std::uint64_t total_;
  std::mutex mutex_;
  std::size_t next_ = 0;
  std::uint64_t done_ = 0;
  MapCounts counts_;
  bool failed_ = false;
};

}  // namespace

MapCounts read_parts(const std::string& path, const RenderedMapOptions& options, const Window& window,
                     const PartSink& sink, const ProgressSink& progress, const StopFlag* stop) {
  return PartReader(path, options, window, sink, progress, stop).run();
}

}  // namespace terramask::labels
