#include "dataset/samples_picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dataset/random.hpp"
#include "dataset/sampler.hpp"
#include "geo/picture/canvas.hpp"
#include "geo/read/bands.hpp"
#include "geo/style/mask_classes.hpp"
#include "terramask/error.hpp"

namespace terramask {
namespace {

using geo::Canvas;
using geo::Color;
using geo::kFaint;
using geo::kInk;
using geo::kLine;
using geo::kPaper;

constexpr Color kExample{255, 212, 0};
constexpr int kPanel = 256;
constexpr int kMargin = 20;
constexpr int kGap = 12;
constexpr int kCaption = 26;
constexpr int kLegendRow = 26;
constexpr double kText = 9;
constexpr double kOpacity = 0.45;
constexpr int kSwatch = 34;  // from a swatch to its text
constexpr std::size_t kSamples = 6;
constexpr std::size_t kCandidates = 32;  // per class, from which places that do not overlap are selected

/// Places for each class in turn, by the smallest hash; places do not overlap.
std::vector<PatchWindow> choose_places(const Dataset& dataset) {
  struct Place {
    std::uint64_t hash = ~std::uint64_t{0};
    std::size_t image = 0, cell = 0;
  };
  std::vector<std::vector<Place>> best(dataset.classes().size());
  for (std::size_t c = 0; c < best.size(); ++c)
    for (std::size_t image = 0; image < dataset.images(); ++image) {
      const CellIndex& index = dataset.cells(image);
      for (std::size_t cell = 0; cell < index.cells(); ++cell) {
        // At least a tenth of the cell, so that the class is visible.
        if (index.training[c * index.cells() + cell] * 10 < kCell * kCell) continue;
        best[c].push_back({dataset::key(image, cell), image, cell});
      }
      const auto keep = std::min(best[c].size(), kCandidates);
      std::partial_sort(best[c].begin(), best[c].begin() + static_cast<std::ptrdiff_t>(keep), best[c].end(),
                        [](const Place& a, const Place& b) { return a.hash < b.hash; });
      best[c].resize(keep);
    }
  std::vector<PatchWindow> windows;
  for (std::size_t round = 0; round < kCandidates; ++round)
    for (std::size_t c = 0; c < best.size() && windows.size() < kSamples; ++c) {
      if (round >= best[c].size()) continue;
      const Place& place = best[c][round];
      const Grid& grid = dataset.grid(place.image);
      const std::int64_t columns = dataset.cells(place.image).columns;
      const auto cell = static_cast<std::int64_t>(place.cell);
      const auto along = [](std::int64_t centre, std::int64_t extent) {
        return extent <= kPanel ? -((kPanel - extent) / 2)
                                : std::clamp<std::int64_t>(centre - kPanel / 2, 0, extent - kPanel);
      };
      const Window window{along(cell % columns * kCell + kCell / 2, grid.width),
                          along(cell / columns * kCell + kCell / 2, grid.height), kPanel, kPanel};
      const bool known = std::any_of(windows.begin(), windows.end(), [&](const PatchWindow& other) {
        return other.image == place.image && !intersect(other.window, window).empty();
      });
      if (!known) windows.push_back({place.image, window});
    }
  return windows;
}

/// The bands displayed as red, green and blue: those with these names, else the first three, else the first.
std::array<std::size_t, 3> color_bands(const Dataset& dataset) {
  const auto& bands = dataset.bands();
  std::array<std::size_t, 3> chosen{};
  std::size_t found = 0;
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t b = 0; b < bands.size(); ++b)
      if (geo::plain_name(bands[b].name) == std::array{"red", "green", "blue"}[c]) {
        chosen[c] = b;
        ++found;
      }
  if (found == 3) return chosen;
  return bands.size() >= 3 ? std::array<std::size_t, 3>{0, 1, 2} : std::array<std::size_t, 3>{0, 0, 0};
}

/// All parts of a window together.
PartPixels read_all_parts(Dataset::Reader& reader, const PatchWindow& place) {
  PartPixels all, one;
  for (const Part part : {Part::training, Part::validation, Part::test}) {
    reader.read(place.image, place.window, part, one);
    if (part == Part::training) {
      all = one;
      continue;
    }
    const std::size_t plane = one.visible.size();
    for (std::size_t i = 0; i < plane; ++i) {
      if (one.visible[i] == 0) continue;
      all.visible[i] = 1;
      all.labels[i] = one.labels[i];
      for (std::size_t k = i; k < one.values.size(); k += plane) all.values[k] = one.values[k];
    }
  }
  return all;
}

/// Scales values from the 2nd to the 98th percentile to 0 to 255; bytes are not changed.
std::vector<Color> to_colors(const PartPixels& pixels, const Dataset& dataset) {
  const std::size_t plane = pixels.visible.size();
  std::vector<Color> colors(plane, kPaper);
  const auto bands = color_bands(dataset);
  for (std::size_t c = 0; c < 3; ++c) {
    const float* values = pixels.values.data() + bands[c] * plane;
    float low = 0, high = 255;
    if (dataset.bands()[bands[c]].type != "Byte") {
      std::vector<float> sorted;
      for (std::size_t i = 0; i < plane; ++i)
        if (pixels.visible[i] != 0) sorted.push_back(values[i]);
      std::sort(sorted.begin(), sorted.end());
      if (!sorted.empty()) {
        low = sorted[sorted.size() / 50];
        high = std::max(sorted[sorted.size() - 1 - sorted.size() / 50], low + 1e-6F);
      }
    }
    for (std::size_t i = 0; i < plane; ++i)
      if (pixels.visible[i] != 0)
        colors[i][c] = static_cast<std::uint8_t>(
            std::lround(std::clamp((values[i] - low) / (high - low) * 255, 0.0F, 255.0F)));
  }
  return colors;
}

void draw_panel(Canvas& canvas, int left, int top, const std::vector<Color>& colors, const PartPixels& pixels,
                const Dataset& dataset, bool with_labels) {
  std::vector<Color> of_class;
  for (const ClassInfo& one : dataset.classes())
    of_class.push_back(geo::parse_color(one.color).value_or(kInk));
  for (int y = 0; y < kPanel; ++y)
    for (int x = 0; x < kPanel; ++x) {
      const auto i = static_cast<std::size_t>(y) * kPanel + static_cast<std::size_t>(x);
      canvas.set(left + x, top + y, colors[i]);
      const std::uint16_t label = pixels.labels[i];
      if (!with_labels || label == 0 || pixels.visible[i] == 0) continue;
      const bool edge =
          (x > 0 && pixels.labels[i - 1] != label) || (y > 0 && pixels.labels[i - kPanel] != label);
      canvas.blend(left + x, top + y, of_class[static_cast<std::size_t>(label) - 1], edge ? 0.9 : kOpacity);
    }
  canvas.frame(left - 1, top - 1, kPanel + 2, kPanel + 2, kLine);
}

void draw_legend(Canvas& canvas, int top, int columns, int column_width, const Dataset& dataset) {
  double total = 0;
  std::vector<double> counts;
  for (std::size_t c = 0; c < dataset.classes().size(); ++c) {
    double count = 0;
    for (const Part part : {Part::training, Part::validation, Part::test})
      count += static_cast<double>(dataset.count(part, c));
    counts.push_back(count);
    total += count;
  }
  for (std::size_t c = 0; c < counts.size(); ++c) {
    const ClassInfo& one = dataset.classes()[c];
    const int x = kMargin + static_cast<int>(c) % columns * column_width;
    const int y = top + static_cast<int>(c) / columns * kLegendRow;
    canvas.rounded(x - 1, y - 1, 26, 18, 4, kLine);
    canvas.rounded(x, y, 24, 16, 3, geo::parse_color(one.color).value_or(kInk));
    canvas.text(x + 34, y + 8 + kText / 2, kText, one.name, kInk);
    canvas.text(x + 42 + Canvas::text_width(kText, one.name), y + 8 + kText / 2, kText,
                fmt::format("{:.1f} %", total > 0 ? 100 * counts[c] / total : 0), kFaint);
  }
}

/// The legend of the panels' marks.
struct Key {
  enum class Swatch { none, plain, outlined, empty } swatch;
  std::string text;
  int column = 0, row = 0;  ///< from the legend's corner, in pixels and rows
};

/// Arranges the keys in rows no longer than `content`.
std::vector<Key> lay_keys(int content) {
  std::vector<Key> keys{
      {Key::Swatch::none, "Left: images of the training part. Right: the same with labels."},
      {Key::Swatch::none, "Above: the image's name, column and row of the corner."},
      {Key::Swatch::none, "Percent: of all labelled pixels."},
      {Key::Swatch::outlined, "a label's colour, with the border to the next"},
      {Key::Swatch::plain, "without colour: no label, ignored"},
      {Key::Swatch::empty, "white: no image, or the border between training, validation and test"}};
  int x = 0, row = 0;
  for (Key& key : keys) {
    const int width = (key.swatch == Key::Swatch::none ? 0 : kSwatch) +
                      static_cast<int>(std::ceil(Canvas::text_width(kText, key.text)));
    if (x > 0 && x + width > content) {
      x = 0;
      ++row;
    }
    key.column = x;
    key.row = row;
    x += width + 2 * kGap;
  }
  return keys;
}

void draw_keys(Canvas& canvas, int top, const std::vector<Key>& keys) {
  for (const Key& key : keys) {
    const int x = kMargin + key.column, y = top + key.row * kLegendRow;
    if (key.swatch != Key::Swatch::none) {
      canvas.frame(x - 1, y - 1, 26, 18, kLine);
      if (key.swatch != Key::Swatch::empty) canvas.fill(x, y, 24, 16, kFaint);
      if (key.swatch == Key::Swatch::outlined)
        for (int row = 0; row < 16; ++row)
          for (int column = 12; column < 24; ++column)
            canvas.blend(x + column, y + row, kExample, column == 12 ? 0.9 : kOpacity);
    }
    const int left = x + (key.swatch == Key::Swatch::none ? 0 : kSwatch);
    canvas.text(left, y + 8 + kText / 2, kText, key.text, kFaint);
  }
}

}  // namespace

void write_samples_picture(const std::string& path, const Dataset& dataset, bool overwrite) {
  const std::vector<PatchWindow> places = choose_places(dataset);
  if (places.empty())
    throw Error(ErrorCode::mismatch, path + ": there is no labelled training ground to show",
                "check labels.map and split.fractions");
  const int pairs = places.size() > 1 ? 2 : 1;
  const int rows = (static_cast<int>(places.size()) + pairs - 1) / pairs;
  const int pair_width = 2 * kPanel + kGap;
  const int content = pairs * pair_width + (pairs - 1) * 2 * kGap;
  double widest = 0;
  for (const ClassInfo& one : dataset.classes())
    widest = std::max(widest, 110 + Canvas::text_width(kText, one.name));
  const int columns = std::max(1, static_cast<int>(content / widest));
  const int legend_rows = (static_cast<int>(dataset.classes().size()) + columns - 1) / columns;
  const int panels = rows * (kCaption + kPanel + kGap);
  const std::vector<Key> keys = lay_keys(content);
  const int key_rows = keys.back().row + 1;
  Canvas canvas(content + 2 * kMargin, 2 * kMargin + panels + (legend_rows + key_rows) * kLegendRow + kGap,
                kPaper);
  Dataset::Reader reader(dataset);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const int left = kMargin + static_cast<int>(i) % pairs * (pair_width + 2 * kGap);
    const int top = kMargin + kCaption + static_cast<int>(i) / pairs * (kCaption + kPanel + kGap);
    const PartPixels pixels = read_all_parts(reader, places[i]);
    const std::vector<Color> colors = to_colors(pixels, dataset);
    const std::string& id = dataset.project().images[places[i].image].id;
    canvas.text(left, top - 8, kText,
                fmt::format("{}, pixel {}, {}", id, places[i].window.x, places[i].window.y), kInk);
    draw_panel(canvas, left, top, colors, pixels, dataset, false);
    draw_panel(canvas, left + kPanel + kGap, top, colors, pixels, dataset, true);
  }
  draw_legend(canvas, kMargin + panels, columns, static_cast<int>(widest), dataset);
  draw_keys(canvas, kMargin + panels + legend_rows * kLegendRow + kGap, keys);
  geo::save_png(canvas, path, overwrite);
}

}  // namespace terramask
