#include "labels/check/offset_surface.hpp"

#include <algorithm>

namespace terramask::labels {

std::vector<std::uint8_t> movable(const BlockPixels& block, int reach) {
  const int stride = block.stride();
  const auto index = [stride](int x, int y) { return place(x, y, stride); };
  // Invalid pixels spread along rows, then along columns.
  const auto spread = [&](std::vector<std::uint8_t>& fine, const auto& at) {
    std::vector<int> since(static_cast<std::size_t>(stride));
    for (int line = 0; line < stride; ++line) {
      int last = -reach - 1;
      for (int i = 0; i < stride; ++i) {
        if (fine[at(i, line)] == 0) last = i;
        since[static_cast<std::size_t>(i)] = i - last;
      }
      last = stride + reach;
      for (int i = stride - 1; i >= 0; --i) {
        const auto here = at(i, line);
        const bool bad = fine[here] == 0;
        if (since[static_cast<std::size_t>(i)] <= reach || last - i <= reach) fine[here] = 0;
        if (bad) last = i;
      }
    }
  };
  std::vector<std::uint8_t> fine(block.colors.size());
  std::ranges::transform(block.colors, fine.begin(),
                         [](ColorBin bin) { return static_cast<std::uint8_t>(bin != kNoColor); });
  spread(fine, [&](int i, int line) { return index(i, line); });
  spread(fine, [&](int i, int line) { return index(line, i); });
  return fine;
}

OffsetSurface::OffsetSurface(int reach, int parts) : reach_(reach), parts_(parts) {
  sums_.resize(this->parts() * offsets());
  changes_.resize(this->parts() * offsets());
}

std::vector<double> OffsetSurface::total() const {
  std::vector<double> sums(offsets());
  for (std::size_t i = 0; i < parts(); ++i) {
    const auto one = part(i);
    for (std::size_t d = 0; d < sums.size(); ++d) sums[d] += static_cast<double>(one[d]);
  }
  return sums;
}

/// A part of the block's pixels, its margin aside: half of each side.
struct OffsetSurface::Quarter {
  int left, top, right, bottom;
  std::span<const std::uint16_t> codes;  ///< of the whole block; 0 where a label does not count
};

void OffsetSurface::add_run(float* to, const float* prefix, int stride, int begin, int end,
                            float sign) const {
  // Row by row of the offsets; `prefix` is that of the topmost.
  const int size = this->size();
  for (int dy = 0; dy < size; ++dy, prefix += stride, to += size) {
    const float* const from_end = prefix + end;
    const float* const from_begin = prefix + begin;
    for (int dx = 0; dx < size; ++dx) to[dx] += sign * (from_end[dx] - from_begin[dx]);
  }
}

void OffsetSurface::measure_class(const BlockPixels& block, const Quarter& quarter, const ColorModel& model,
                                  std::uint16_t code) {
  const int width = quarter.right - quarter.left + 2 * reach_;
  const int height = quarter.bottom - quarter.top + 2 * reach_;
  const int stride = width + 1;
  const auto scores = model.scores(code);
  scores_.assign(place(0, height, stride), 0.0F);
  same_.assign(scores_.size(), 0.0F);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const std::size_t at = place(x, y, stride);
      const std::size_t pixel = block.index(quarter.left - reach_ + x, quarter.top - reach_ + y);
      const ColorBin bin = block.colors[pixel];
      scores_[at + 1] = scores_[at] + (bin == kNoColor ? 0.0F : scores[bin]);
      same_[at + 1] = same_[at] + (block.codes[pixel] == code ? 1.0F : 0.0F);
    }
  for (int y = quarter.top; y < quarter.bottom; ++y) {
    const int py = (y - block.margin) * parts_ / block.side;
    const auto first = static_cast<std::ptrdiff_t>(y - quarter.top) * stride;
    for (int x = quarter.left; x < quarter.right;) {
      const auto own = [&](int at) { return quarter.codes[block.index(at, y)] == code; };
      if (!own(x)) {
        ++x;
        continue;
      }
      const int px = (x - block.margin) * parts_ / block.side, begin = x;
      while (x < quarter.right && (x - block.margin) * parts_ / block.side == px && own(x)) ++x;
      const std::size_t part = static_cast<std::size_t>(py * parts_ + px) * offsets();
      add_run(sums_.data() + part, scores_.data() + first, stride, begin - quarter.left, x - quarter.left, 1);
      add_run(changes_.data() + part, same_.data() + first, stride, begin - quarter.left, x - quarter.left,
              -1);
      for (std::size_t d = 0; d < offsets(); ++d) changes_[part + d] += static_cast<float>(x - begin);
    }
  }
}

void OffsetSurface::measure(const BlockPixels& block, const QuarterModels& models) {
  std::ranges::fill(sums_, 0.0F);
  std::ranges::fill(changes_, 0.0F);
  const std::vector<std::uint8_t> usable = movable(block, reach_);
  std::vector<std::uint16_t> codes(block.codes);
  for (std::size_t i = 0; i < codes.size(); ++i)
    if (usable[i] == 0) codes[i] = 0;
  for (std::size_t q = 0; q < kQuarters; ++q) {
    const int half = block.side / 2, x = block.margin + (q % 2 == 0 ? 0 : half);
    const int y = block.margin + (q / 2 == 0 ? 0 : half), last = block.margin + block.side;
    const Quarter quarter{x, y, q % 2 == 0 ? x + half : last, q / 2 == 0 ? y + half : last, codes};
    std::vector<bool> occurs(models[q].classes() + 1);
    for (int row = quarter.top; row < quarter.bottom; ++row)
      for (int column = quarter.left; column < quarter.right; ++column)
        occurs[codes[block.index(column, row)]] = true;
    for (std::size_t c = 1; c < occurs.size(); ++c)
      if (occurs[c]) measure_class(block, quarter, models[q], static_cast<std::uint16_t>(c));
  }
}

}  // namespace terramask::labels
