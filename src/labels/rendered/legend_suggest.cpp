#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "geo/read/color_reader.hpp"
#include "labels/rendered/map_block.hpp"
#include "terramask/error.hpp"
#include "terramask/legend.hpp"

namespace terramask {
namespace labels {
namespace {

constexpr std::int64_t kSuggestWindow = 512;
constexpr std::int64_t kMostWindows = 256;
constexpr int kSuggestReach = 2;
constexpr int kEven = 4;         // levels by which pixels of an area may differ
constexpr double kSame = 2.5;    // CIEDE2000: what is nearer is one colour
constexpr double kNoisy = 0.05;  // the mean difference within a colour above which a map is lossy
constexpr std::size_t kMostColors = 48;

using Counts = std::unordered_map<std::uint32_t, std::uint64_t>;

std::uint32_t key_of(const Rgb& c) {
  return (std::uint32_t{c[0]} << 16U) | (std::uint32_t{c[1]} << 8U) | c[2];
}

Rgb color_of(std::uint32_t key) {
  return {static_cast<std::uint8_t>(key >> 16U), static_cast<std::uint8_t>((key >> 8U) & 255U),
          static_cast<std::uint8_t>(key & 255U)};
}

bool is_even(const MapBlock& block, int x, int y) {
  const Rgb& own = block.colors[block.at(x, y)];
  for (int v = y - kSuggestReach; v <= y + kSuggestReach; ++v)
    for (int u = x - kSuggestReach; u <= x + kSuggestReach; ++u) {
      if (!block.inside(u, v) || block.state[block.at(u, v)] == MapPixel::missing) return false;
      const Rgb& other = block.colors[block.at(u, v)];
      for (std::size_t band = 0; band < 3; ++band)
        if (std::abs(other[band] - own[band]) > kEven) return false;
    }
  return true;
}

/// Windows evenly spread over the map, all of it where it is small.
std::vector<Window> samples(const Window& extent) {
  std::vector<Window> all;
  for (std::int64_t y = 0; y < extent.height; y += kSuggestWindow)
    for (std::int64_t x = 0; x < extent.width; x += kSuggestWindow)
      all.push_back(intersect({x, y, kSuggestWindow, kSuggestWindow}, extent));
  if (all.size() <= kMostWindows) return all;
  std::vector<Window> some;
  for (std::size_t i = 0; i < kMostWindows; ++i) some.push_back(all[i * all.size() / kMostWindows]);
  return some;
}

struct Areas {
  Counts colors;
  std::uint64_t pixels = 0;  ///< of the map
  std::uint64_t even = 0;
};

void count_window(geo::ColorReader& reader, const Window& window, Areas& areas) {
  MapBlock block;
  block.width = static_cast<int>(window.width);
  block.height = static_cast<int>(window.height);
  block.colors.resize(block.size());
  std::vector<std::uint8_t> valid(block.size());
  reader.read(window, block.colors, valid);
  block.state.resize(block.size());
  for (std::size_t i = 0; i < valid.size(); ++i)
    block.state[i] = valid[i] != 0 ? MapPixel::unexplained : MapPixel::missing;
  const std::vector<Rgb> original = block.colors;
  smooth_colors(block, kSuggestReach);
  for (int y = 0; y < block.height; ++y)
    for (int x = 0; x < block.width; ++x) {
      const std::size_t i = block.at(x, y);
      if (block.state[i] == MapPixel::missing) continue;
      ++areas.pixels;
      if (!is_even(block, x, y)) continue;
      ++areas.even;
      ++areas.colors[key_of(original[i])];
    }
}

/// Road, water, vegetation or background, as most maps colour them.
std::string guess_class(const Rgb& color) {
  const Lab lab = to_lab(color);
  const double chroma = std::hypot(lab.a, lab.b);
  const double hue = std::atan2(lab.b, lab.a) * 180 / 3.14159265358979;
  if (lab.l > 99 && chroma < 2) return "road";
  if (chroma > 30 && hue > 0 && hue < 100) return "road";
  if (chroma > 8 && hue > -150 && hue < -60) return "water";
  if (chroma > 12 && hue > 100 && hue < 165) return "vegetation";
  return "background";
}

/// What is left of a colour while its neighbours are gathered.
struct Gathered {
  std::array<double, 3> sum{};
  double count = 0, differences = 0;
};

}  // namespace
}  // namespace labels

SuggestedLegend suggest_legend(const std::string& map, double least, const ProgressSink& progress,
                               const StopFlag* stop) {
  using namespace labels;
  geo::ColorReader reader(map);
  const std::vector<Window> windows = samples(reader.grid().extent());
  Areas areas;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    if (stop != nullptr) stop->check();
    count_window(reader, windows[i], areas);
    if (progress)
      progress({.phase = "reading the map", .unit = "windows", .done = i + 1, .total = windows.size()});
  }
  if (areas.even == 0)
    throw Error(ErrorCode::mismatch, map + ": has no even areas, so it is not a drawn map",
                "name the picture of a map, not a photograph");
  std::vector<std::pair<std::uint32_t, std::uint64_t>> colors(areas.colors.begin(), areas.colors.end());
  std::sort(colors.begin(), colors.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  SuggestedLegend legend;
  legend.map = map;
  legend.areas = static_cast<double>(areas.even) / static_cast<double>(areas.pixels);
  std::vector<std::uint8_t> gone(colors.size(), 0);
  double differences = 0, gathered = 0;
  for (std::size_t first = 0; first < colors.size() && legend.colors.size() < kMostColors; ++first) {
    if (gone[first] != 0) continue;
    const Lab middle = to_lab(color_of(colors[first].first));
    Gathered all;
    for (std::size_t i = first; i < colors.size(); ++i) {
      if (gone[i] != 0) continue;
      const Rgb color = color_of(colors[i].first);
      const double away = color_difference(middle, to_lab(color));
      if (away > kSame) continue;
      gone[i] = 1;
      const auto count = static_cast<double>(colors[i].second);
      for (std::size_t band = 0; band < 3; ++band) all.sum[band] += count * color[band];
      all.count += count;
      all.differences += count * away;
    }
    const double share = all.count / static_cast<double>(areas.even);
    if (share < least) continue;
    Rgb mean{};
    for (std::size_t band = 0; band < 3; ++band)
      mean[band] = static_cast<std::uint8_t>(std::lround(all.sum[band] / all.count));
    legend.colors.push_back({mean, share, guess_class(mean)});
    legend.explained += share;
    differences += all.differences;
    gathered += all.count;
  }
  std::stable_sort(legend.colors.begin(), legend.colors.end(),
                   [](const auto& a, const auto& b) { return a.share > b.share; });
  legend.tolerance = gathered > 0 && differences / gathered > kNoisy ? 6 : 3;
  return legend;
}

}  // namespace terramask
