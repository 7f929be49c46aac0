#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "labels/rendered/map_block.hpp"

namespace terramask::labels {
namespace {

constexpr int kNoise = 10;  // levels
constexpr int kAreaReach =
    2;  // an area holds a square of 2 kAreaReach + 1 pixels: what JPEG makes of an edge is narrower
constexpr int kSolidReach = 3;  // how far from an edge's pixel its two areas may begin

/// 1 where a pixel is the middle of 5 × 5 pixels of one colour; what is outside the map is taken to agree.
std::vector<std::uint8_t> middles(const MapBlock& block) {
  std::vector<std::uint8_t> middle(block.size(), 0);
  for (int y = 0; y < block.height; ++y)
    for (int x = 0; x < block.width; ++x) {
      const std::size_t i = block.at(x, y);
      bool all = block.entry[i] != kUnexplained;
      if (all)
        around(block, x, y, kAreaReach,
               [&](std::size_t j) { all = all && block.entry[j] == block.entry[i]; });
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

/// The few entries that a pixel's colour may be made of, and how far away each stands.
struct Neighbour {
  EntryIndex entry = kUnexplained;
  double away = 0;  ///< the cost of the distance, in CIEDE2000
};

class Neighbours {
 public:
  void add(EntryIndex entry, double away) {
    for (std::size_t i = 0; i < count_; ++i)
      if (found_[i].entry == entry) {
        found_[i].away = std::min(found_[i].away, away);
        return;
      }
    if (count_ < found_.size()) found_[count_++] = {entry, away};
  }
  const Neighbour* find(EntryIndex entry) const {
    for (std::size_t i = 0; i < count_; ++i)
      if (found_[i].entry == entry) return &found_[i];
    return nullptr;
  }
  std::size_t size() const { return count_; }
  const Neighbour& operator[](std::size_t i) const { return found_[i]; }

 private:
  std::array<Neighbour, 12> found_{};
  std::size_t count_ = 0;
};

class Explainer {
 public:
  Explainer(const MapBlock& block, const LegendMatcher& legend)
      : block_(block), legend_(legend), area_(solid_pixels(block)), line_(block.size(), 0) {
    for (int y = 0; y < block.height; ++y)
      for (int x = 0; x < block.width; ++x) line_[block.at(x, y)] = is_line(x, y) ? 1 : 0;
  }

  bool is_area(std::size_t i) const { return area_[i] != 0; }

  /// The entry whose colour makes up most of a pixel that is in no area; its own where nothing explains it
  /// better.
  EntryIndex explain(int x, int y) const {
    const std::size_t i = block_.at(x, y);
    Neighbours near = areas_around(x, y);
    around(block_, x, y, 1, [&](std::size_t j) {
      if (line_[j] != 0 && j != i) near.add(block_.entry[j], 0);
    });
    for (const EntryIndex line : legend_.lines()) near.add(line, kUnseen);
    const EntryIndex own = block_.entry[i];
    EntryIndex best = own;
    double least = own == kUnexplained ? INFINITY : own_cost(i, own, near);
    for (std::size_t b = 1; b < near.size(); ++b)
      for (std::size_t a = 0; a < b; ++a) {
        const double away = near[a].away + near[b].away;
        if (away >= least || (near[a].away >= kUnseen && near[b].away >= kUnseen)) continue;
        const Mixture mixture = legend_.mixture(block_.colors[i], near[a].entry, near[b].entry);
        const double most = std::min(legend_.tolerance(near[a].entry), legend_.tolerance(near[b].entry));
        if (mixture.difference > most || mixture.difference + away >= least) continue;
        least = mixture.difference + away;
        best = mixture.share > 0.5 ? near[b].entry : near[a].entry;
      }
    return best;
  }

 private:
  // In CIEDE2000: how much better a colour must fit than one that is nearer.
  static constexpr double kStep = 3;       // for each pixel further away
  static constexpr double kUnseen = 0.5;   // a line that no pixel shows unmixed
  static constexpr double kUnlikely = 3;   // a colour on its own between two that it is a mixture of
  static constexpr double kLineShare = 4;  // of a tolerance: what differs more is no mixture

  Neighbours areas_around(int x, int y) const {
    Neighbours near;
    for (int v = std::max(0, y - kSolidReach); v <= std::min(block_.height - 1, y + kSolidReach); ++v)
      for (int u = std::max(0, x - kSolidReach); u <= std::min(block_.width - 1, x + kSolidReach); ++u) {
        const std::size_t j = block_.at(u, v);
        const int steps = std::max(std::abs(u - x), std::abs(v - y));
        if (area_[j] != 0) near.add(block_.entry[j], kStep * std::max(0, steps - 1));
      }
    return near;
  }

  /// Whether a pixel in no area is of a line that is drawn so: its colour is none on the way between two
  /// areas beside it.
  bool is_line(int x, int y) const {
    const std::size_t i = block_.at(x, y);
    const EntryIndex own = block_.entry[i];
    if (own == kUnexplained || is_area(i)) return false;
    const Neighbours near = areas_around(x, y);
    if (const Neighbour* area = near.find(own)) return area->away == 0;
    const double least = legend_.tolerance(own) / kLineShare;
    for (std::size_t b = 1; b < near.size(); ++b)
      for (std::size_t a = 0; a < b; ++a)
        if (legend_.mixture(block_.colors[i], near[a].entry, near[b].entry).difference < least) return false;
    return true;
  }

  double own_cost(std::size_t i, EntryIndex own, const Neighbours& near) const {
    const double differs = legend_.difference(block_.colors[i], own);
    if (line_[i] != 0) return differs;
    const Neighbour* area = near.find(own);
    return differs + (area != nullptr ? area->away : kUnlikely);
  }

  const MapBlock& block_;
  const LegendMatcher& legend_;
  std::vector<std::uint8_t> area_;  ///< 1 where a pixel's colour is what it seems
  std::vector<std::uint8_t> line_;  ///< and where it is so though it is in no area
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
    block.state[i] = entries[i] == kUnexplained       ? MapPixel::unexplained
                     : block.map_class[i] == kNoClass ? MapPixel::ink
                     : entries[i] == block.entry[i]   ? MapPixel::pure
                                                      : MapPixel::mixed;
  }
  block.entry = std::move(entries);
}

}  // namespace terramask::labels
