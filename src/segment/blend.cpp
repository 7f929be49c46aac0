#include "segment/blend.hpp"

#include <algorithm>

namespace terramask::segment {
namespace {

// Weight of position i of a span of `size` whose first (where `before`) and last (where `after`) `overlap`
// positions are shared with a neighbour.
float ramp(std::int64_t i, std::int64_t size, std::int64_t overlap, bool before, bool after) {
  const auto at = [&](std::int64_t step) {
    return (static_cast<float>(step) + 0.5F) / static_cast<float>(overlap);
  };
  if (before && i < overlap) return at(i);
  if (after && i >= size - overlap) return 1.0F - at(i - (size - overlap));
  return 1.0F;
}

}  // namespace

Blend::Blend(std::int64_t width, std::int64_t overlap, std::size_t classes)
    : overlap_(overlap),
      classes_(classes),
      width_(width),
      above_(classes * static_cast<std::size_t>(overlap * width)),
      next_above_(above_.size()) {}

Blend::Finished Blend::add(const Tile& tile, std::span<const float> logits, bool last_column, bool last_row) {
  const Window& patch = tile.patch;
  const bool first_column = patch.x == 0, first_row = patch.y == 0;
  const std::int64_t n = overlap_, rows = tile.output.height, columns = tile.output.width;
  const std::int64_t done_columns = last_column ? columns : patch.width - n;
  const std::int64_t done_rows = last_row ? rows : patch.height - n;
  if (first_column) left_.assign(classes_ * static_cast<std::size_t>(patch.height * n), 0);
  std::vector<float> next_left(left_.size());
  Finished finished{{patch.x, patch.y, done_columns, done_rows}, {}};
  finished.logits.resize(classes_ * static_cast<std::size_t>(done_columns * done_rows));

  for (std::size_t c = 0; c < classes_; ++c)
    for (std::int64_t y = 0; y < rows; ++y) {
      const float wy = ramp(y, patch.height, n, !first_row, !last_row);
      for (std::int64_t x = 0; x < columns; ++x) {
        const auto at =
            static_cast<std::size_t>((static_cast<std::int64_t>(c) * patch.height + y) * patch.width + x);
        const auto side = (static_cast<std::int64_t>(c) * patch.height + y) * n;
        float value = logits[at] * wy * ramp(x, patch.width, n, !first_column, !last_column);
        if (!first_column && x < n) value += left_[static_cast<std::size_t>(side + x)];
        if (x >= done_columns) {
          next_left[static_cast<std::size_t>(side + x - done_columns)] = value;
          continue;
        }
        const auto strip = (static_cast<std::int64_t>(c) * n) * width_ + patch.x + x;
        if (!first_row && y < n) value += above_[static_cast<std::size_t>(strip + y * width_)];
        if (y >= done_rows)
          next_above_[static_cast<std::size_t>(strip + (y - done_rows) * width_)] = value;
        else
          finished.logits[static_cast<std::size_t>(
              (static_cast<std::int64_t>(c) * done_rows + y) * done_columns + x)] = value;
      }
    }
  left_ = std::move(next_left);
  if (last_column) std::swap(above_, next_above_);
  return finished;
}

}  // namespace terramask::segment
