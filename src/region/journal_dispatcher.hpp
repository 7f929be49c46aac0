// Assigns tiles from the journal, which records each before it starts and after it ends.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "region/dispatcher.hpp"
#include "terramask/progress.hpp"

namespace terramask::region {

struct JournalDispatcherOptions {
  /// Tiles that the journal knows as begun before anybody asks for them, so that nobody waits for it.
  std::size_t ahead = 2;
  int retries = 1;
  bool stop_on_error = false;
  /// Whether the failure is due to the disk, so that all other tiles would fail too.
  std::function<bool(const JournalTile&, const Error&)> disk_full{};
  std::function<void(const std::string&)> log{};
  ProgressSink progress{};
  const StopFlag* stop = nullptr;
};

class JournalDispatcher final : public Dispatcher {
 public:
  JournalDispatcher(Journal& journal, std::vector<JournalTile> tiles, JournalDispatcherOptions options);
  /// Returns tiles that were not assigned.
  ~JournalDispatcher() override;
  JournalDispatcher(const JournalDispatcher&) = delete;
  JournalDispatcher& operator=(const JournalDispatcher&) = delete;

  std::optional<JournalTile> next() override;
  void done(const JournalTile& tile) override;
  bool failed(const JournalTile& tile, const Error& error) override;
  void released(const JournalTile& tile) override;

  /// As next(), but does not wait: empty where a tile in flight may yet have to be done again, and, with
  /// `over`, where there are no more.
  std::optional<JournalTile> next_now(bool& over);
  /// Assigns no more tiles: requests for one throw this error.
  void end(const std::exception_ptr& error);

  /// Of this run.
  const std::vector<RegionTile>& finished() const { return finished_; }

 private:
  std::optional<JournalTile> take();
  /// The next tiles, as many as are to be ready beside those that are.
  std::vector<JournalTile> draw();
  void log(const std::string& text) const {
    if (options_.log) options_.log(text);
  }

  Journal& journal_;
  JournalDispatcherOptions options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<JournalTile> waiting_;
  std::deque<JournalTile> ready_;  ///< begun by the journal, not handed out yet
  std::map<TileKey, int> failures_;
  std::exception_ptr ended_;
  std::size_t flying_ = 0;
  std::vector<RegionTile> finished_;
  std::uint64_t pixels_ = 0, total_ = 0;
};

}  // namespace terramask::region
