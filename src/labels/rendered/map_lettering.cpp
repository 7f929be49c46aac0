#include <algorithm>
#include <span>

#include "labels/rendered/map_block.hpp"

namespace terramask::labels {
namespace {

constexpr std::size_t kLeastPixels = 3;  // of a letter; anything less is noise
constexpr int kFringe = 1;               // how far a letter's antialiasing reaches
constexpr int kLeastLine = 12;           // of a line beside lettering, pixels
constexpr int kJoined = 2;               // how far a doubtful pixel may be from surer ones of its class

/// Pixels that belong together, patch by patch.
class Patches {
 public:
  explicit Patches(const MapBlock& block) : block_(block) {}

  struct Place {
    int x, y;
  };
  struct Patch {
    std::span<const Place> pixels;
    int longest_side = 0;
  };

  /// Calls `visit` for each patch of pixels with the same key, which is not 0.
  /// @param corners whether pixels that touch at a corner belong together
  template <class Visit>
  void each(const std::vector<std::uint8_t>& keys, bool corners, const Visit& visit) {
    std::vector<std::uint8_t> seen(keys.size(), 0);
    for (int y = 0; y < block_.height; ++y)
      for (int x = 0; x < block_.width; ++x)
        if (keys[block_.at(x, y)] != 0 && seen[block_.at(x, y)] == 0)
          visit(collect(x, y, keys, corners, seen));
  }

 private:
  Patch collect(int x, int y, const std::vector<std::uint8_t>& keys, bool corners,
                std::vector<std::uint8_t>& seen) {
    const std::uint8_t key = keys[block_.at(x, y)];
    places_.assign(1, {x, y});
    seen[block_.at(x, y)] = 1;
    int left = x, right = x, bottom = y;
    for (std::size_t k = 0; k < places_.size(); ++k) {
      const Place from = places_[k];
      left = std::min(left, from.x);
      right = std::max(right, from.x);
      bottom = std::max(bottom, from.y);
      for (int v = from.y - 1; v <= from.y + 1; ++v)
        for (int u = from.x - 1; u <= from.x + 1; ++u) {
          if (!block_.inside(u, v) || (!corners && u != from.x && v != from.y)) continue;
          const std::size_t j = block_.at(u, v);
          if (seen[j] != 0 || keys[j] != key) continue;
          seen[j] = 1;
          places_.push_back({u, v});
        }
    }
    return {places_, std::max(right - left, bottom - y) + 1};
  }

  const MapBlock& block_;
  std::vector<Place> places_;
};

/// 1 where what has no class is as small as lettering is.
std::vector<std::uint8_t> find_lettering(const MapBlock& block, const LegendMatcher& legend, int glyph_px) {
  std::vector<std::uint8_t> keys(block.size()), lettering(block.size(), 0);
  for (std::size_t i = 0; i < keys.size(); ++i)
    keys[i] = block.without_class(i) && !legend.is_line(block.entry[i]) ? 1 : 0;
  Patches(block).each(keys, true, [&](const Patches::Patch& patch) {
    if (patch.longest_side > glyph_px || patch.pixels.size() < kLeastPixels) return;
    for (const auto& place : patch.pixels) lettering[block.at(place.x, place.y)] = 1;
  });
  return lettering;
}

void doubt_small_patches(const MapBlock& block, const LegendMatcher& legend,
                         std::vector<Undecided>& undecided) {
  Patches(block).each(block.map_class, false, [&](const Patches::Patch& patch) {
    const auto& first = patch.pixels.front();
    if (patch.longest_side > legend.least_px(block.map_class[block.at(first.x, first.y)])) return;
    for (const auto& place : patch.pixels) undecided[block.at(place.x, place.y)] = Undecided::lettering;
  });
}

/// Widens by `reach` pixels, corners included, along rows and then along columns.
std::vector<std::uint8_t> widened(const MapBlock& block, const std::vector<std::uint8_t>& mask, int reach) {
  std::vector<std::uint8_t> rows(mask.size(), 0), all(mask.size(), 0);
  for (int y = 0; y < block.height; ++y)
    for (int x = 0; x < block.width; ++x)
      if (mask[block.at(x, y)] != 0)
        for (int u = std::max(0, x - reach); u <= std::min(block.width - 1, x + reach); ++u)
          rows[block.at(u, y)] = 1;
  for (int y = 0; y < block.height; ++y)
    for (int x = 0; x < block.width; ++x)
      if (rows[block.at(x, y)] != 0)
        for (int v = std::max(0, y - reach); v <= std::min(block.height - 1, y + reach); ++v)
          all[block.at(x, v)] = 1;
  return all;
}

/// 1 where a letter's halo or fringe may be: within its reach, but for lines of the legend that go on for a
/// while and touch no letter, which no halo looks like (the casing of a road beside its name).
std::vector<std::uint8_t> doubtful_pixels(const MapBlock& block, const LegendMatcher& legend,
                                          const MapReading& reading) {
  const std::vector<std::uint8_t> lettering = find_lettering(block, legend, reading.glyph_px);
  const std::vector<std::uint8_t> fringe = widened(block, lettering, std::min(kFringe, reading.halo_px));
  std::vector<std::uint8_t> doubt = widened(block, lettering, reading.halo_px);
  std::vector<std::uint8_t> keys(block.size(), 0);
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (fringe[i] == 0 && block.map_class[i] != kNoClass) keys[i] = block.line_class[i];
  Patches(block).each(keys, true, [&](const Patches::Patch& patch) {
    if (patch.longest_side < kLeastLine) return;
    for (const auto& place : patch.pixels) doubt[block.at(place.x, place.y)] = 0;
  });
  return doubt;
}

/// Whether a neighbour of the same class is decided.
bool joined(const MapBlock& block, const std::vector<Undecided>& undecided, int x, int y) {
  const MapClass own = block.map_class[block.at(x, y)];
  const auto sure = [&](int u, int v) {
    return block.inside(u, v) && undecided[block.at(u, v)] == Undecided::no &&
           block.map_class[block.at(u, v)] == own;
  };
  return sure(x - 1, y) || sure(x + 1, y) || sure(x, y - 1) || sure(x, y + 1);
}

}  // namespace

std::vector<Undecided> doubt_lettering(const MapBlock& block, const LegendMatcher& legend,
                                       const MapReading& reading) {
  const std::vector<std::uint8_t> doubt = doubtful_pixels(block, legend, reading);
  std::vector<Undecided> undecided(block.size(), Undecided::no);
  std::vector<std::size_t> doubtful;
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (block.state[i] == MapPixel::missing) continue;
    if (doubt[i] != 0)
      undecided[i] = Undecided::lettering;
    else if (block.without_class(i))
      undecided[i] = legend.is_line(block.entry[i]) ? Undecided::outline : Undecided::other;
    if (doubt[i] != 0 && block.map_class[i] != kNoClass) doubtful.push_back(i);
  }
  const auto width = static_cast<std::size_t>(block.width);
  for (int step = 0; step < kJoined && !doubtful.empty(); ++step) {
    std::vector<std::size_t> sure, rest;
    for (const std::size_t i : doubtful)
      (joined(block, undecided, static_cast<int>(i % width), static_cast<int>(i / width)) ? sure : rest)
          .push_back(i);
    for (const std::size_t i : sure) undecided[i] = Undecided::no;
    doubtful = std::move(rest);
  }
  doubt_small_patches(block, legend, undecided);
  return undecided;
}

}  // namespace terramask::labels
