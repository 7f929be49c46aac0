#include "labels/offset_surface.hpp"

#include <algorithm>

namespace terramask::labels {

std::vector<std::uint8_t> movable(const BlockPixels& block, int reach) {
  const int stride = block.stride();
  const auto index = [stride](int x, int y) { return static_cast<std::size_t>(y * stride + x); };
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
  variety_.resize(this->parts());
}

std::vector<double> OffsetSurface::total() const {
  std::vector<double> sums(offsets());
  for (std::size_t i = 0; i < parts(); ++i) {
    const auto one = part(i);
    for (std::size_t d = 0; d < sums.size(); ++d) sums[d] += static_cast<double>(one[d]);
  }
  return sums;
}

/// The part of a block that has sums of its own.
struct OffsetSurface::Square {
  int left, top, right, bottom;          ///< in pixels of the block with its margin
  std::span<const std::uint16_t> codes;  ///< of the block with its margin; 0 where a label does not count
  std::span<float> sums;
};

void OffsetSurface::add_run(std::span<float> sums, const float* prefix, int stride, int begin,
                            int end) const {
  // Row by row of the offsets; `prefix` is that of the topmost.
  const int size = this->size();
  float* to = sums.data();
  for (int dy = 0; dy < size; ++dy, prefix += stride + 1, to += size) {
    const float* const from_end = prefix + end - reach_;
    const float* const from_begin = prefix + begin - reach_;
    for (int dx = 0; dx < size; ++dx) to[dx] += from_end[dx] - from_begin[dx];
  }
}

void OffsetSurface::measure_class(const BlockPixels& block, std::uint16_t code, const Square& square) {
  const int stride = block.stride();
  for (int y = square.top; y < square.bottom; ++y) {
    const float* const prefix = prefix_.data() + static_cast<std::ptrdiff_t>(y - reach_) * (stride + 1);
    for (int x = square.left; x < square.right;) {
      if (square.codes[block.index(x, y)] != code) {
        ++x;
        continue;
      }
      const int begin = x;
      while (x < square.right && square.codes[block.index(x, y)] == code) ++x;
      add_run(square.sums, prefix, stride, begin, x);
    }
  }
}

void OffsetSurface::measure(const BlockPixels& block, const ColorModel& model) {
  std::ranges::fill(sums_, 0.0F);
  const int stride = block.stride(), side = block.side, margin = block.margin;
  const std::vector<std::uint8_t> usable = movable(block, reach_);
  std::vector<std::uint16_t> codes(block.codes);
  for (std::size_t i = 0; i < codes.size(); ++i)
    if (usable[i] == 0) codes[i] = 0;
  std::vector<Square> squares;
  std::vector<std::uint64_t> all(model.classes() + 1);
  for (int i = 0; i < parts_ * parts_; ++i) {
    const int px = i % parts_, py = i / parts_;
    const Square square{margin + side * px / parts_,
                        margin + side * py / parts_,
                        margin + side * (px + 1) / parts_,
                        margin + side * (py + 1) / parts_,
                        codes,
                        std::span(sums_).subspan(static_cast<std::size_t>(i) * offsets(), offsets())};
    std::vector<double> counts(model.classes() + 1);
    for (int y = square.top; y < square.bottom; ++y)
      for (int x = square.left; x < square.right; ++x) ++counts[codes[block.index(x, y)]];
    double sum = 0, squared = 0;
    for (std::size_t c = 1; c < counts.size(); ++c) {
      sum += counts[c];
      squared += counts[c] * counts[c];
      all[c] += static_cast<std::uint64_t>(counts[c]);
    }
    variety_[static_cast<std::size_t>(i)] = sum > 0 ? sum - squared / sum : 0;
    squares.push_back(square);
  }
  prefix_.assign(static_cast<std::size_t>((stride + 1) * stride), 0.0F);
  for (std::size_t c = 1; c <= model.classes(); ++c) {
    if (all[c] == 0) continue;
    const auto code = static_cast<std::uint16_t>(c);
    const auto scores = model.scores(code);
    for (int y = 0; y < stride; ++y) {
      float* const row = prefix_.data() + static_cast<std::ptrdiff_t>(y) * (stride + 1);
      for (int x = 0; x < stride; ++x) {
        const ColorBin bin = block.colors[block.index(x, y)];
        row[x + 1] = row[x] + (bin == kNoColor ? 0.0F : scores[bin]);
      }
    }
    for (const Square& square : squares) measure_class(block, code, square);
  }
}

}  // namespace terramask::labels
