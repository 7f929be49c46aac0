// Labels moved to where a check says that they belong.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "labels/check/check.hpp"
#include "terramask/mask_writer.hpp"

namespace terramask::labels {

enum class AlignMode : std::uint8_t {
  smooth,  ///< by the field between the blocks (OffsetField)
  common,  ///< by the one offset that most labels agree on
};

struct AlignOptions {
  AlignMode mode = AlignMode::smooth;
  MaskOptions output;  ///< path, metadata, creation options, overwrite; grid and classes are the check's
};

struct AlignSummary {
  double least_x = 0, most_x = 0, least_y = 0, most_y = 0;  ///< offsets applied, pixels of the image
  std::uint64_t pixels = 0, moved = 0;                      ///< of the output: all, and those that changed
};

/// Writes the labels on the image's grid, each pixel that of the label (nearest) which belongs there: no
/// label is blended or invented, and what comes from outside the labels is nodata. Errors: mismatch where no
/// block is sure of an offset in either direction, so that nothing could be aligned; and what check_labels
/// and MaskWriter throw.
AlignSummary align_labels(const CheckOptions& options, const CheckReport& report, AlignOptions align,
                          const ProgressSink& progress, const StopFlag* stop);

}  // namespace terramask::labels
