// Which corners of a band of rows are corners or nodes of borders.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace terramask::vectors {

/// A bit a corner, for rows y0 to y0 + rows (both included).
class CornerMap {
 public:
  CornerMap(std::int64_t width, std::int64_t rows)
      : words_a_row_(static_cast<std::size_t>(width) / 64 + 1),
        rows_(rows),
        words_(words_a_row_ * (static_cast<std::size_t>(rows) + 1)) {}

  void set(std::int64_t x, std::int64_t y) { word(x, y) |= bit(x); }
  void clear(std::int64_t x, std::int64_t y) { word(x, y) &= ~bit(x); }
  bool holds_row(std::int64_t y) const { return y >= first_ && y <= first_ + rows_; }

  /// Calls `visit(x)` for the corners of a row from x0 to x1 (included) until it returns false; false then.
  template <class Visit>
  bool visit(std::int64_t x0, std::int64_t x1, std::int64_t y, Visit&& visit) const {
    const std::uint64_t* row = words_.data() + static_cast<std::size_t>(y - first_) * words_a_row_;
    for (std::int64_t at = x0 / 64; at <= x1 / 64; ++at) {
      std::uint64_t bits = row[at];
      if (at == x0 / 64) bits &= ~std::uint64_t{0} << (x0 % 64);
      if (at == x1 / 64 && x1 % 64 != 63) bits &= (std::uint64_t{1} << (x1 % 64 + 1)) - 1;
      for (; bits != 0; bits &= bits - 1)
        if (!visit(at * 64 + std::countr_zero(bits))) return false;
    }
    return true;
  }

  /// The last row becomes the first one, the others are empty.
  void advance() {
    const auto last = words_.end() - static_cast<std::ptrdiff_t>(words_a_row_);
    std::copy(last, words_.end(), words_.begin());
    std::fill(words_.begin() + static_cast<std::ptrdiff_t>(words_a_row_), words_.end(), 0);
    first_ += rows_;
  }

 private:
  static std::uint64_t bit(std::int64_t x) { return std::uint64_t{1} << (x % 64); }
  std::uint64_t& word(std::int64_t x, std::int64_t y) {
    return words_[static_cast<std::size_t>(y - first_) * words_a_row_ + static_cast<std::size_t>(x / 64)];
  }

  std::size_t words_a_row_;
  std::int64_t rows_;
  std::int64_t first_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace terramask::vectors
