#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "labels/map_block.hpp"

namespace terramask::labels {
namespace {

constexpr int kNoise = 10;     // levels
constexpr int kAreaReach = 2;   // an area holds a square of 2 kAreaReach + 1 pixels: what JPEG makes of an edge is narrower
constexpr int kSolidReach = 3;  // how far from an edge's pixel its two areas may begin

/// Calls `visit` with the index of each pixel within `reach` that is in the block.
template <class Visit>
void around(const MapBlock& block, int x, int y, int reach, const Visit& visit) {
  for (int v = std::max(0, y - reach); v <= std::min(block.height - 1, y + reach); ++v)
    for (int u = std::max(0, x - reach); u <= std::min(block.width - 1, x + reach); ++u) visit(block.at(u, v));
}

/// 1 where a pixel is the middle of 5 × 5 pixels of one colour; what is outside the map is taken to agree.
std::vector<std::uint8_t> middles(const MapBlock& block) {
  std::vector<std::uint8_t> middle(block.size(), 0);
  for (int y = 0; y < block.height; ++y)
    for (int x = 0; x < block.width; ++x) {
      const std::size_t i = block.at(x, y);
      bool all = block.entry[i] != kUnexplained;
      if (all) around(block, x, y, kAreaReach, [&](std::size_t j) { all = all && block.entry[j] == block.entry[i]; });
      middle[i] = all ? 1 : 0;
    }
  return middle;
}

/// The pixels of areas: a morphological opening with 5 × 5 pixels, colour by colour.
std::vector<std::uint8_t> solid_pixels(const MapBlock& block) {
  const std::vector<std::uint8_t> middle = middles(block);
  std::vector<std::uint8_t> solid(block.size(), 0);
  for (int y = 0; y < block.height; ++y)
    for (int x = 0; x < block.width; ++x) {
      const std::size_t i = block.at(x, y);
      if (block.entry[i] == kUnexplained) continue;
      around(block, x, y, kAreaReach, [&](std::size_t j) {
        if (middle[j] != 0 && block.entry[j] == block.entry[i]) solid[i] = 1;
      });
    }
  return solid;
}

/// The few entries found around a pixel.
class Neighbours {
 public:
  void add(EntryIndex entry) {
    if (count_ == found_.size() || contains(entry)) return;
    found_[count_++] = entry;
  }
  bool contains(EntryIndex entry) const { return std::find(found_.cbegin(), end(), entry) != end(); }
  std::size_t size() const { return count_; }
  EntryIndex operator[](std::size_t i) const { return found_[i]; }

 private:
  std::array<EntryIndex, 8>::const_iterator end() const {
    return found_.cbegin() + static_cast<std::ptrdiff_t>(count_);
  }
  std::array<EntryIndex, 8> found_{};
  std::size_t count_ = 0;
};

class Explainer {
 public:
  Explainer(const MapBlock& block, const LegendMatcher& legend)
      : block_(block), legend_(legend), sure_(solid_pixels(block)) {
    std::vector<std::uint8_t> lines(block.size(), 0);
    for (int y = 0; y < block.height; ++y)
      for (int x = 0; x < block.width; ++x) lines[block.at(x, y)] = is_line(x, y) ? kLine : 0;
    for (std::size_t i = 0; i < lines.size(); ++i) sure_[i] |= lines[i];
  }

  bool is_area(std::size_t i) const { return (sure_[i] & kArea) != 0; }

  /// The entry whose colour makes up most of a pixel that is in no area; its own where nothing explains it
  /// better.
  EntryIndex explain(int x, int y) const {
    const std::size_t i = block_.at(x, y);
    Neighbours near = areas_around(x, y, kSolidReach);
    around(block_, x, y, 1, [&](std::size_t j) {
      if (sure_[j] != 0 && j != i) near.add(block_.entry[j]);
    });
    const EntryIndex own = block_.entry[i];
    EntryIndex best = own;
    double least = own == kUnexplained ? INFINITY : own_cost(x, y, own);
    for (std::size_t b = 1; b < near.size(); ++b)
      for (std::size_t a = 0; a < b; ++a) {
        const Mixture mixture = legend_.mixture(block_.colors[i], near[a], near[b]);
        if (mixture.difference > std::min(legend_.tolerance(near[a]), legend_.tolerance(near[b]))) continue;
        if (mixture.difference >= least) continue;
        const double cost = mixture.difference + (lies_between(x, y, near[a], near[b]) ? 0 : kApart);
        if (cost >= least) continue;
        least = cost;
        best = mixture.share > 0.5 ? near[b] : near[a];
      }
    return best;
  }

 private:
  static constexpr std::uint8_t kArea = 1, kLine = 2;
  static constexpr double kApart = 1.5;  // CIEDE2000 that a mixture must be better where its colours are not beside it
  static constexpr double kUnlikely = 3;

  Neighbours areas_around(int x, int y, int reach) const {
    Neighbours near;
    around(block_, x, y, reach, [&](std::size_t j) {
      if (is_area(j)) near.add(block_.entry[j]);
    });
    return near;
  }

  /// Whether a pixel in no area is of a line that is drawn so: its colour is none on the way between two areas
  /// beside it.
  bool is_line(int x, int y) const {
    const std::size_t i = block_.at(x, y);
    const EntryIndex own = block_.entry[i];
    if (own == kUnexplained || is_area(i)) return false;
    const Neighbours near = areas_around(x, y, kSolidReach);
    if (near.contains(own)) return areas_around(x, y, 1).contains(own);
    for (std::size_t b = 1; b < near.size(); ++b)
      for (std::size_t a = 0; a < b; ++a)
        if (legend_.mixture(block_.colors[i], near[a], near[b]).difference < legend_.tolerance(own) / 2) return false;
    return true;
  }

  double own_cost(int x, int y, EntryIndex own) const {
    const std::size_t i = block_.at(x, y);
    const double away = legend_.difference(block_.colors[i], own);
    if (sure_[i] != 0) return away;
    return away + (areas_around(x, y, kSolidReach).contains(own) ? kApart : kUnlikely);
  }

  /// Whether one colour stands on one side, and the other opposite, one or two pixels away.
  bool lies_between(int x, int y, EntryIndex a, EntryIndex b) const {
    constexpr std::array<std::array<int, 2>, 4> axes{{{1, 0}, {0, 1}, {1, 1}, {1, -1}}};
    for (const auto& [dx, dy] : axes) {
      const auto side = [&, dx = dx, dy = dy](int sign, EntryIndex entry) {
        for (int step = 1; step <= 2; ++step) {
          const int u = x + sign * step * dx, v = y + sign * step * dy;
          if (!block_.inside(u, v)) return false;
          const std::size_t j = block_.at(u, v);
          if (sure_[j] != 0) return block_.entry[j] == entry;
        }
        return false;
      };
      if ((side(1, a) && side(-1, b)) || (side(1, b) && side(-1, a))) return true;
    }
    return false;
  }

  const MapBlock& block_;
  const LegendMatcher& legend_;
  std::vector<std::uint8_t> sure_;  ///< kArea or kLine where a pixel's colour is what it seems
};

}  // namespace

void smooth_colors(MapBlock& block, int reach) {
  if (reach <= 0) return;
  const std::vector<Rgb> original = block.colors;
  for (int y = 0; y < block.height; ++y)
    for (int x = 0; x < block.width; ++x) {
      const std::size_t i = block.at(x, y);
      const Rgb& own = original[i];
      std::array<int, 3> sum{};
      int count = 0;
      around(block, x, y, reach, [&](std::size_t j) {
        const Rgb& other = original[j];
        if (block.state[j] == MapPixel::missing || std::abs(other[0] - own[0]) > kNoise ||
            std::abs(other[1] - own[1]) > kNoise || std::abs(other[2] - own[2]) > kNoise)
          return;
        ++count;
        for (std::size_t band = 0; band < 3; ++band) sum[band] += other[band];
      });
      for (std::size_t band = 0; band < 3 && count > 0; ++band)
        block.colors[i][band] = static_cast<std::uint8_t>((sum[band] + count / 2) / count);
    }
}

void explain_colors(MapBlock& block, LegendMatcher& legend) {
  block.entry.assign(block.size(), kUnexplained);
  for (std::size_t i = 0; i < block.size(); ++i)
    if (block.state[i] != MapPixel::missing) block.entry[i] = legend.match(block.colors[i]);
  const Explainer explainer(block, legend);
  std::vector<EntryIndex> entries = block.entry;
  for (int y = 0; y < block.height; ++y)
    for (int x = 0; x < block.width; ++x) {
      const std::size_t i = block.at(x, y);
      if (block.state[i] != MapPixel::missing && !explainer.is_area(i)) entries[i] = explainer.explain(x, y);
    }
  block.map_class.assign(block.size(), kNoClass);
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (block.state[i] == MapPixel::missing) continue;
    block.map_class[i] = legend.map_class(entries[i]);
    block.state[i] = entries[i] == kUnexplained          ? MapPixel::unexplained
                     : block.map_class[i] == kNoClass    ? MapPixel::ink
                     : entries[i] == block.entry[i]      ? MapPixel::pure
                                                         : MapPixel::mixed;
  }
}

}  // namespace terramask::labels
