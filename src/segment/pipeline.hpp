// Reading, computing and writing at the same time, a tile at a time.
#pragma once

#include <exception>
#include <functional>

#include "segment/segment_task.hpp"

namespace terramask::segment {

/// What the last stage is given of a tile.
struct TileResult {
  std::shared_ptr<SegmentTask> task;
  Tile tile;
  std::vector<std::uint8_t> valid;         ///< patch.height × patch.width
  std::vector<std::uint8_t> source_valid;  ///< of the output window, where that is on another grid
  std::vector<std::int32_t> mask;          ///< patch-sized, where wanted
  std::vector<float> probabilities;        ///< classes × patch, where wanted
  std::vector<float> logits;               ///< classes × patch, where wanted
};

struct PipelineTimes {
  double seconds = 0;
  double read = 0, compute = 0, write = 0;  ///< busy times of the stages, of all their threads together
  double idle = 0;                          ///< seconds in which the device had nothing to do
};

/// A tile to be computed, of one of any number of tasks with one model.
struct Piece {
  std::shared_ptr<SegmentTask> task;
  Tile tile;
};

/// The tiles of a pipeline and their results.
struct Stages {
  /// The next piece, empty once there are no more; called by one thread at a time. Work of a run that is to
  /// stop is not handed out: `next` throws or ends.
  std::function<std::optional<Piece>()> next;
  /// Called from `finishers` threads, at the same time where these are several; in order where it is one.
  std::function<void(TileResult&)> finish;
  /// Reading or finishing a piece failed; false ends the pipeline with that error. May be empty: false.
  std::function<bool(SegmentTask&, const std::exception_ptr&)> failed;
  /// An error ends the run: a `next` that waits must return. Called from any thread, perhaps more than once;
  /// may be empty.
  std::function<void()> aborted{};
  std::size_t readers = 1;  ///< threads; with several, each reads through its own clone of a task's reader
  std::size_t finishers = 1;
};

/// Runs all pieces. Stops at the first error of any stage that `failed` does not take, and throws it. Compile
/// the program of the largest patch before: the others share its memory.
PipelineTimes run_pipeline(const Stages& stages, const Model& model, NetworkRunner& runner);

/// Runs all tiles of a task in order. `finish` is called for each tile from one other thread, in order too.
PipelineTimes run_pipeline(SegmentTask& task, const Model& model, NetworkRunner& runner, const StopFlag* stop,
                           const std::function<void(TileResult&)>& finish);

}  // namespace terramask::segment
