// The rows of one class, after small patches merged into their neighbours.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "terramask/progress.hpp"
#include "vectorize/mask_rows.hpp"
#include "vectorize/patches.hpp"
#include "vectorize/row_labels.hpp"

namespace terramask::vectors {

/// Pixels from column `begin` up to `end` (not included).
struct Stretch {
  std::int32_t begin, end;
};

class ClassRows {
 public:
  /// @param patches  empty where no patch was absorbed
  ClassRows(const Mask& mask, std::int32_t value, const std::optional<Patches>& patches,
            std::int64_t rows_at_once = 0)
      : value_(value), patches_(patches), rows_(mask, rows_at_once) {}

  /// The next row's pixels of the class; false after the last row.
  bool next(std::vector<Stretch>& stretches);

 private:
  std::int32_t value_;
  const std::optional<Patches>& patches_;
  MaskRows rows_;
  RowLabels labels_;
  std::vector<Run> runs_;
};

}  // namespace terramask::vectors
