// A region's tiles over the ranks of an MPI job: rank 0 hands them out and keeps the journal, all ranks do
// them.
#pragma once

#include <atomic>
#include <deque>

#include "core/team.hpp"
#include "region/journal_dispatcher.hpp"
#include "region/tile_message.hpp"
#include "terramask/communicator.hpp"

namespace terramask::region {

/// On rank 0: answers the other ranks from a thread of its own, as long as it lives.
class RankServer {
 public:
  /// Throws NoThread.
  RankServer(Communicator& ranks, JournalDispatcher& dispatcher);
  /// Ends the thread, whether the other ranks have ended or not.
  ~RankServer() = default;
  RankServer(const RankServer&) = delete;
  RankServer& operator=(const RankServer&) = delete;

  /// Waits until all ranks have ended. Throws their error, if any.
  void finish();
  /// Of each rank but the first, once all have ended.
  const std::vector<WorkTimes>& times() const { return times_; }
  const RegionHandingOut& effort() const { return effort_; }

 private:
  void serve();
  void take(const RankMessage& message);
  void answer();

  Communicator& ranks_;
  JournalDispatcher& dispatcher_;
  std::deque<int> wanting_;       ///< ranks that wait for a tile, in the order of their requests
  std::deque<RankMessage> told_;  ///< results of tiles that are not yet recorded
  int ended_ = 0;
  std::vector<WorkTimes> times_;
  RegionHandingOut effort_;
  std::atomic<bool> stop_{false};
  Team thread_;
};

/// On the other ranks: requests tiles from rank 0.
class RankDispatcher final : public Dispatcher {
 public:
  /// @param ahead tiles requested before they are needed
  RankDispatcher(Communicator& ranks, std::size_t ahead, const StopFlag* stop);

  std::optional<JournalTile> next() override;
  void done(const JournalTile& tile) override;
  bool failed(const JournalTile& tile, const Error& error) override;
  void released(const JournalTile& tile) override;
  /// Tells rank 0 that this rank has no more to say.
  void finish(const WorkTimes& times);

 private:
  void send(TileTag tag, const std::string& bytes);

  Communicator& ranks_;
  const StopFlag* stop_;
  bool over_ = false;
};

}  // namespace terramask::region
