// Reading, computing and writing at the same time, a tile at a time.
#pragma once

#include "segment/job.hpp"

namespace terramask::segment {

/// What the last stage is given of a tile.
struct TileResult {
  Tile tile;
  std::vector<std::uint8_t> valid;         ///< patch.height × patch.width
  std::vector<std::uint8_t> source_valid;  ///< of the output window, where that is on another grid
  std::vector<std::int32_t> mask;          ///< patch-sized, where wanted
  std::vector<float> probabilities;        ///< classes × patch, where wanted
  std::vector<float> logits;               ///< classes × patch, where wanted
};

struct PipelineTimes {
  double seconds = 0;
  double read = 0, compute = 0, write = 0;  ///< busy times of the stages
  double idle = 0;                          ///< seconds in which the device had nothing to do
};

/// Runs all tiles of a job in order. `finish` is called for each tile from one other thread, in order too.
/// Stops at the first error of any stage and throws it.
PipelineTimes run_pipeline(Job& job, const Model& model, NetworkRunner& runner, const StopFlag* stop,
                           const std::function<void(TileResult&)>& finish);

}  // namespace terramask::segment
