// One tile of a region on its way through the pipeline.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>

#include "region/plan.hpp"
#include "segment/mask_maker.hpp"

namespace terramask::region {

/// A job of the segment room: the region's reader, the tile's window. Its patches may come from several
/// threads and in any order; what is written does not depend on it.
class TileTask final : public segment::SegmentTask {
 public:
  /// @param folder the job's
  TileTask(const RegionPlan& plan, const Model& model, JournalTile tile, const std::string& folder);
  ~TileTask();

  /// Adds a patch; true where it was the last one, and the tile is to be finished.
  bool add(segment::TileResult& result);
  /// Writes the tile and puts it in place.
  JournalTile finish(const StopFlag* stop);

  const JournalTile& tile() const { return tile_; }
  /// Set once: later errors of a failed tile are ignored.
  bool give_up() { return !given_up_.exchange(true); }
  bool given_up() const { return given_up_; }

 private:
  class Gathered;

  const Model& model_;
  JournalTile tile_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::unique_ptr<Gathered> mask_;
  std::unique_ptr<ProbabilityWriter> probabilities_;
  std::unique_ptr<segment::MaskMaker> maker_;
  std::size_t added_ = 0;
  std::atomic<bool> given_up_{false};
};

}  // namespace terramask::region
