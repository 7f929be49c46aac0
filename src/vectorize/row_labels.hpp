// Labels of patches, row by row: the same labels in every sweep over a mask.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "terramask/error.hpp"
#include "vectorize/mask_rows.hpp"

namespace terramask::vectors {

using Label = std::uint32_t;
inline constexpr Label kOutside = 0;  ///< nodata, and what lies beyond the mask

/// Gives each run the label of the first run above it of the same value that it touches along an edge, else a
/// new one. Labels that meet later in one patch are told to `unite(a, b)`.
class RowLabels {
 public:
  /// @return a label a run
  template <class Unite>
  std::span<const Label> next(std::span<const Run> runs, Unite&& unite) {
    labels_.swap(above_labels_);
    labels_.clear();
    std::size_t above = 0;
    std::int32_t begin = 0;
    for (const Run& run : runs) {
      Label label = kOutside;
      if (run.value != kNoData) {
        while (above < above_runs_.size() && above_runs_[above].end <= begin) ++above;
        std::int32_t above_begin = above == 0 ? 0 : above_runs_[above - 1].end;
        for (std::size_t i = above; i < above_runs_.size() && above_begin < run.end; ++i) {
          if (above_runs_[i].value == run.value) {
            if (label == kOutside)
              label = above_labels_[i];
            else
              unite(label, above_labels_[i]);
          }
          above_begin = above_runs_[i].end;
        }
        if (label == kOutside) label = fresh();
      }
      labels_.push_back(label);
      begin = run.end;
    }
    above_runs_.assign(runs.begin(), runs.end());
    return labels_;
  }

  std::span<const Run> runs() const { return above_runs_; }

 private:
  Label fresh() {
    if (last_ == std::numeric_limits<Label>::max())
      throw Error(ErrorCode::unsupported, "the mask has more than 4 thousand million patches",
                  "smooth it first (`gdal_sieve.py`), or vectorize it in parts");
    return ++last_;
  }

  std::vector<Run> above_runs_;
  std::vector<Label> labels_, above_labels_;
  Label last_ = kOutside;
};

}  // namespace terramask::vectors
