#include "vectorize/thinning.hpp"

#include <algorithm>
#include <array>

namespace terramask::vectors {
namespace {

/// Whether a pixel goes in the first (bit 0) and second (bit 1) subiteration, by its neighbours: bit 0 is the
/// northern one, the others follow clockwise.
std::array<std::uint8_t, 256> make_table() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned code = 0; code < 256; ++code) {
    const auto p = [code](unsigned i) { return (code >> (i % 8)) & 1U; };
    unsigned crossings = 0, first = 0, second = 0;
    for (unsigned i = 0; i < 8; i += 2) {
      crossings += (p(i) ^ 1U) & (p(i + 1) | p(i + 2));
      first += p(i + 7) | p(i);
      second += p(i) | p(i + 1);
    }
    const unsigned neighbours = std::min(first, second);
    if (crossings != 1 || neighbours < 2 || neighbours > 3) continue;
    const bool keep_first = ((p(0) | p(1) | (p(3) ^ 1U)) & p(2)) != 0;
    const bool keep_second = ((p(4) | p(5) | (p(7) ^ 1U)) & p(6)) != 0;
    table[code] = static_cast<std::uint8_t>((keep_first ? 0 : 1) | (keep_second ? 0 : 2));
  }
  return table;
}

class Thinning {
 public:
  explicit Thinning(PixelStrip& strip) : pixels_(strip.pixels) {
    const std::ptrdiff_t s = strip.stride();
    around_ = {-s, -s + 1, 1, s + 1, s, s - 1, -1, -s - 1};
    touched_.assign(pixels_.size(), 0);
    for (std::int64_t y = strip.first; y < strip.first + strip.rows; ++y)
      for (std::int64_t x = 0; x < strip.width; ++x) {
        const std::size_t at = strip.index(x, y);
        if (pixels_[at] != 0 && code(at) != 255) add(at);
      }
  }

  /// @return whether anything changed
  bool subiterate(std::uint8_t bit) {
    gone_.clear();
    for (const std::size_t at : candidates_)
      if ((table()[code(at)] & bit) != 0) gone_.push_back(at);
    for (const std::size_t at : gone_) pixels_[at] = 0;
    // What nothing happened to near by in two subiterations will not go any more.
    std::vector<std::size_t> before;
    before.swap(candidates_);
    for (const std::size_t at : before)
      if (pixels_[at] == 0 || --touched_[at] == 0)
        touched_[at] = 0;
      else
        candidates_.push_back(at);
    for (const std::size_t at : gone_)
      for (const std::ptrdiff_t step : around_) add(at + static_cast<std::size_t>(step));
    return !gone_.empty();
  }

 private:
  static const std::array<std::uint8_t, 256>& table() {
    static const std::array<std::uint8_t, 256> made = make_table();
    return made;
  }
  unsigned code(std::size_t at) const {
    unsigned result = 0;
    for (unsigned i = 0; i < 8; ++i)
      result |= static_cast<unsigned>(pixels_[at + static_cast<std::size_t>(around_[i])]) << i;
    return result;
  }
  void add(std::size_t at) {
    if (pixels_[at] == 0) return;
    if (touched_[at] == 0) candidates_.push_back(at);
    touched_[at] = 2;
  }

  std::vector<std::uint8_t>& pixels_;
  std::array<std::ptrdiff_t, 8> around_{};
  std::vector<std::uint8_t> touched_;  ///< subiterations that a candidate will stay one
  std::vector<std::size_t> candidates_, gone_;
};

}  // namespace

int thin(PixelStrip& strip, int most) {
  Thinning thinning(strip);
  for (int done = 0; done < most; ++done) {
    const bool first = thinning.subiterate(1);
    const bool second = thinning.subiterate(2);
    if (!first && !second) return done;
  }
  return most;
}

}  // namespace terramask::vectors
