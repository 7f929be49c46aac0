// What has to be learnt of an image and its labels before single blocks can be measured.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "labels/check/offset_estimate.hpp"
#include "terramask/progress.hpp"

namespace terramask::labels {

struct RegistrationOptions {
  int reach = 16;           ///< labels may lie up to so far from where they belong, pixels
  std::size_t classes = 0;  ///< codes 1 to `classes`
};

/// The model of colours, and what is known of offsets before a block is looked at. No block of the whole
/// image is needed in full: some, spread over it, tell both.
struct Registration {
  RegistrationOptions options;
  QuarterModels models;
  OffsetPrior prior;

  OffsetEstimate estimate(const BlockPixels& block) const;
};

/// Squares of a block, along each side, whose agreement tells how sure an offset is.
int parts_of(int side);

/// Learns from some blocks, whose codes and colours are complete; all have one side and margin. Colours and
/// labels that lie several pixels apart tell little of each other, so the offset that most agree on comes
/// first: the one of the largest mutual information, in steps. Then colours are learnt with each block moved
/// by its own offset as far as that is sure, else by the common one; three times.
/// @param progress  phase "learning colours", in blocks
Registration learn(const std::vector<BlockPixels>& blocks, std::size_t bins,
                   const RegistrationOptions& options, const ProgressSink& progress, const StopFlag* stop);

}  // namespace terramask::labels
