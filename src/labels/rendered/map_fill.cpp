#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

#include "labels/rendered/map_block.hpp"

namespace terramask::labels {
namespace {

constexpr int kLines = 64;
constexpr int kBandWidth = 48;  // anything wider is an area, not a band
constexpr int kCalm = 2;        // half the side of the squares in which guesses settle
constexpr int kRounds = 2;
constexpr int kIntoBand = 2;         // a band's width is measured this far beyond its end
constexpr double kWidthRatio = 2.5;  // between the two ends of a band
constexpr double kLeastShown = 0.2;  // of a band's colour, below lettering

struct Step {
  int x = 0, y = 0;
};

/// The pixels along each of the 2 × kLines directions, one column or row at a time.
struct Directions {
  explicit Directions(int reach) {
    for (int d = 0; d < 2 * kLines; ++d) {
      const double angle = std::numbers::pi * d / kLines;
      const double dx = std::cos(angle), dy = std::sin(angle);
      const double longest = std::max(std::abs(dx), std::abs(dy));
      unit.push_back(1 / longest);
      std::vector<Step> steps;
      for (int t = 1; t <= reach + kIntoBand; ++t)
        steps.push_back({static_cast<int>(std::lround(t * dx / longest)),
                         static_cast<int>(std::lround(t * dy / longest))});
      path.push_back(std::move(steps));
    }
  }
  std::vector<std::vector<Step>> path;
  std::vector<double> unit;  ///< length of a step
};

/// What a line meets first on one side.
struct End {
  MapClass map_class = kNoClass;
  bool border = false;  ///< the map ends: anything may be beyond
  bool found = false;
  double distance = 0;
  int steps = 0;
};

class Filler {
 public:
  Filler(const MapBlock& block, const std::vector<Undecided>& undecided, const MapReading& reading)
      : block_(block),
        undecided_(undecided),
        reading_(reading),
        directions_(std::max({reading.label_px, reading.fill_px, kBandWidth})) {}

  MapClass decide(int x, int y) {
    const std::size_t i = block_.at(x, y);
    const int reach = undecided_[i] == Undecided::lettering ? reading_.label_px : reading_.fill_px;
    for (int d = 0; d < 2 * kLines; ++d) ends_[static_cast<std::size_t>(d)] = look(x, y, d, reach);
    if (undecided_[i] == Undecided::outline) return nearest();
    if (const auto shown = shown_band(x, y)) return *shown;
    const MapClass own = block_.map_class[i];
    for (int line = 0; line < kLines && own != kNoClass; ++line)
      if (both_ends(line) == own) return own;
    if (const auto hidden = hidden_band(x, y)) return *hidden;
    return between();
  }

 private:
  End look(int x, int y, int direction, int reach) const {
    const auto d = static_cast<std::size_t>(direction);
    End end;
    for (int t = 1; t <= reach; ++t) {
      const Step step = directions_.path[d][static_cast<std::size_t>(t - 1)];
      const int u = x + step.x, v = y + step.y;
      end.distance = t * directions_.unit[d];
      if (end.distance > reach) return end;
      end.steps = t;
      if (!block_.inside(u, v)) {
        end.border = end.found = true;
        return end;
      }
      const std::size_t j = block_.at(u, v);
      if (undecided_[j] != Undecided::no) continue;
      end.map_class = block_.map_class[j];
      end.found = end.map_class != kNoClass;
      return end;
    }
    return end;
  }

  const End& end(int direction) const { return ends_[static_cast<std::size_t>(direction)]; }

  /// The class that stands at both ends of a line; kNoClass where there is none.
  MapClass both_ends(int line) const {
    const End &a = end(line), &b = end(line + kLines);
    if (!a.found || !b.found) return kNoClass;
    if (a.border) return b.map_class;
    return b.border || a.map_class == b.map_class ? a.map_class : kNoClass;
  }

  double line_length(int line) const { return end(line).distance + end(line + kLines).distance; }

  /// Whether nothing says that a pixel is not of this class.
  bool may_be(int x, int y, MapClass map_class) const {
    if (!block_.inside(x, y)) return false;
    const std::size_t i = block_.at(x, y);
    return undecided_[i] != Undecided::no || block_.map_class[i] == map_class;
  }

  /// How wide the area at a line's end is, across the line; empty where it is no band.
  std::optional<double> band_width(int x, int y, int direction) const {
    const End& at = end(direction);
    const auto d = static_cast<std::size_t>(direction);
    Step middle = directions_.path[d][static_cast<std::size_t>(at.steps - 1)];
    const Step beyond = directions_.path[d][static_cast<std::size_t>(at.steps) - 1 + kIntoBand];
    if (may_be(x + beyond.x, y + beyond.y, at.map_class)) middle = beyond;
    int pixels = 1;
    const int across = (direction + kLines / 2) % (2 * kLines);
    for (const int side : {across, (across + kLines) % (2 * kLines)})
      for (const Step step : directions_.path[static_cast<std::size_t>(side)]) {
        if (!may_be(x + middle.x + step.x, y + middle.y + step.y, at.map_class)) break;
        if (++pixels > kBandWidth) return std::nullopt;
      }
    return pixels * directions_.unit[static_cast<std::size_t>(across)];
  }

  /// The share of a line that shows the class's colours: a name covers a road in part.
  double shown_between(int x, int y, int line, MapClass map_class) const {
    int all = 0, shown = 0;
    for (const int direction : {line, line + kLines})
      for (int t = 1; t < end(direction).steps; ++t) {
        const Step step =
            directions_.path[static_cast<std::size_t>(direction)][static_cast<std::size_t>(t - 1)];
        ++all;
        if (block_.map_class[block_.at(x + step.x, y + step.y)] == map_class) ++shown;
      }
    return all == 0 ? 1 : static_cast<double>(shown) / all;
  }

  /// How wide the band is that goes along a line; empty where there is none.
  /// @param one_end whether the other end may be a junction
  std::optional<double> band_along(int x, int y, int line, bool one_end) const {
    std::array<std::optional<double>, 2> widths;
    for (const std::size_t side : {0U, 1U}) {
      const int direction = line + static_cast<int>(side) * kLines;
      if (!end(direction).border) widths[side] = band_width(x, y, direction);
    }
    if (widths[0] && widths[1]) {
      if (std::max(*widths[0], *widths[1]) > kWidthRatio * std::min(*widths[0], *widths[1]))
        return std::nullopt;
      return std::min(*widths[0], *widths[1]);
    }
    if (!one_end) return std::nullopt;
    return widths[0] ? widths[0] : widths[1];
  }

  /// The band whose colour shows best along its line, and a narrow one rather than a wide one: the narrower,
  /// the less it is there by chance.
  std::optional<MapClass> shown_band(int x, int y) const {
    std::optional<MapClass> best;
    double most = 0;
    for (int line = 0; line < kLines; ++line) {
      const MapClass map_class = both_ends(line);
      if (map_class == kNoClass) continue;
      const double shown = shown_between(x, y, line, map_class);
      if (shown < kLeastShown) continue;
      const auto width = band_along(x, y, line, true);
      if (!width || shown / std::sqrt(*width) <= most) continue;
      best = map_class;
      most = shown / std::sqrt(*width);
    }
    return best;
  }

  /// The nearest band, shown or not: what an icon hides.
  std::optional<MapClass> hidden_band(int x, int y) const {
    std::optional<MapClass> best;
    double shortest = 2 * (reading_.fill_px + reading_.halo_px);
    for (int line = 0; line < kLines; ++line) {
      const MapClass map_class = both_ends(line);
      if (map_class == kNoClass || line_length(line) >= shortest || !band_along(x, y, line, false)) continue;
      best = map_class;
      shortest = line_length(line);
    }
    return best;
  }

  MapClass between() const {
    std::array<double, 256> votes{};
    MapClass winner = kNoClass;
    for (int line = 0; line < kLines; ++line) {
      const MapClass map_class = both_ends(line);
      if (map_class == kNoClass) continue;
      votes[map_class] += 1 / line_length(line);
      if (winner == kNoClass || votes[map_class] > votes[winner]) winner = map_class;
    }
    return winner != kNoClass ? winner : nearest();
  }

  MapClass nearest() const {
    const End* best = nullptr;
    for (const End& one : ends_)
      if (one.found && !one.border && one.distance <= reading_.fill_px &&
          (best == nullptr || one.distance < best->distance))
        best = &one;
    return best == nullptr ? kNoClass : best->map_class;
  }

  const MapBlock& block_;
  const std::vector<Undecided>& undecided_;
  const MapReading reading_;
  const Directions directions_;
  std::array<End, 2 * kLines> ends_{};
};

/// 1 where a pixel without a class lies in a square of such pixels that is 2 reach + 1 wide: too much for
/// lettering.
std::vector<std::uint8_t> unknown_areas(const MapBlock& block, int reach) {
  // Runs of pixels without a class: first along rows, then, of pixels whose row is wide enough, along
  // columns.
  const auto open = [](std::vector<std::uint8_t>& mask, std::size_t lines, std::size_t length,
                       std::size_t next_line, std::size_t next, std::size_t least) {
    for (std::size_t line = 0; line < lines; ++line)
      for (std::size_t k = 0, run = 0; k <= length; ++k) {
        if (k < length && mask[line * next_line + k * next] != 0) {
          ++run;
          continue;
        }
        if (run < least)
          for (std::size_t b = k - run; b < k; ++b) mask[line * next_line + b * next] = 0;
        run = 0;
      }
  };
  std::vector<std::uint8_t> mask(block.size());
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = block.without_class(i) ? 1 : 0;
  const auto width = static_cast<std::size_t>(block.width), height = static_cast<std::size_t>(block.height);
  const std::size_t least = 2 * static_cast<std::size_t>(reach) + 1;
  open(mask, height, width, width, 1, least);
  open(mask, width, height, 1, width, least);
  return mask;
}

/// Undecided pixels become what most of the 5 × 5 around them are.
std::vector<MapClass> settled(const MapBlock& block, const std::vector<Undecided>& undecided,
                              const std::vector<MapClass>& decided) {
  std::vector<MapClass> calm = decided;
  for (int y = 0; y < block.height; ++y)
    for (int x = 0; x < block.width; ++x) {
      const std::size_t i = block.at(x, y);
      if (undecided[i] == Undecided::no) continue;
      std::array<int, 256> votes{};
      MapClass most = decided[i];
      for (int v = std::max(0, y - kCalm); v <= std::min(block.height - 1, y + kCalm); ++v)
        for (int u = std::max(0, x - kCalm); u <= std::min(block.width - 1, x + kCalm); ++u)
          ++votes[decided[block.at(u, v)]];
      votes[kNoClass] = 0;
      for (std::size_t k = 1; k < votes.size(); ++k)
        if (votes[k] > votes[most]) most = static_cast<MapClass>(k);
      calm[i] = most;
    }
  return calm;
}

}  // namespace

void fill_undecided(MapBlock& block, const std::vector<Undecided>& doubted, const MapReading& reading) {
  const std::vector<std::uint8_t> unknown = unknown_areas(block, reading.fill_px);
  std::vector<Undecided> undecided = doubted;
  for (std::size_t i = 0; i < undecided.size(); ++i)
    if (unknown[i] != 0) undecided[i] = Undecided::no;
  std::vector<MapClass> decided = block.map_class;
  {
    Filler filler(block, undecided, reading);
    for (int y = 0; y < block.height; ++y)
      for (int x = 0; x < block.width; ++x)
        if (undecided[block.at(x, y)] != Undecided::no) decided[block.at(x, y)] = filler.decide(x, y);
  }
  for (int round = 0; round < kRounds; ++round) decided = settled(block, undecided, decided);
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (undecided[i] == Undecided::no || decided[i] == block.map_class[i]) continue;
    const bool explained = block.map_class[i] != kNoClass;
    block.state[i] = explained ? MapPixel::withdrawn : MapPixel::filled;
    block.map_class[i] = decided[i];
  }
}

int fill_reach(const MapReading& reading) {
  return std::max(reading.label_px, reading.fill_px) + kIntoBand + kBandWidth + kRounds * kCalm;
}

}  // namespace terramask::labels
