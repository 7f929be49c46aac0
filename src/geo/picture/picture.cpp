// A picture of a mask: the image, the mask over it, and a legend.
#include "terramask/picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "geo/base/gdal_support.hpp"
#include "geo/picture/canvas.hpp"
#include "geo/picture/picture_source.hpp"
#include "terramask/grid.hpp"
#include "terramask/output.hpp"

namespace terramask {
namespace {

using geo::Canvas;
using geo::Color;
using geo::kFaint;
using geo::kInk;
using geo::kLine;
using geo::kPaper;

constexpr Color kHatch{222, 226, 230};
constexpr std::size_t kMostClasses = 48;  // more would make the legend unreadable

/// Sizes in pixels.
struct Layout {
  double text = 10;  ///< height of capitals
  int margin = 20;
  int gap = 16;
  bool stacked = false;  ///< the mask below the image, not beside it
  int panel_width = 1;
  int panel_height = 1;
  int columns = 1;  ///< of the legend
  int column_width = 1;
  bool one_row = false;  ///< legend entries are consecutive, each with its own width
  int row_height = 1;
  int rows = 1;
  int most = 1;  ///< on each side; a legend that does not fit is truncated

  int caption() const { return static_cast<int>(text * 2.2); }
  int content() const { return stacked ? panel_width : 2 * panel_width + gap; }
  int width() const {
    return std::min(most, std::max(content(), columns == 1 ? column_width : 0) + 2 * margin);
  }
  int height() const { return std::min(most, wanted_height()); }
  int panels_height() const { return (stacked ? 2 : 1) * (caption() + panel_height) + (stacked ? gap : 0); }
  int wanted_height() const { return 2 * margin + panels_height() + gap + rows * row_height; }
};

struct Entry {
  Color color{};
  bool hatched = false;
  std::string name;
  std::string detail;
};

std::string area_text(double square_metres) {
  if (square_metres < 1e4) return fmt::format("{:.0f} m²", square_metres);
  if (square_metres < 1e7) return fmt::format("{:.{}f} ha", square_metres / 1e4, square_metres < 1e6 ? 2 : 1);
  return fmt::format("{:.{}f} km²", square_metres / 1e6, square_metres < 1e9 ? 1 : 0);
}

std::string share_text(double share) {
  if (share > 0 && share < 0.0005) return "< 0.1 %";
  return fmt::format("{:.1f} %", share * 100);
}

std::vector<Entry> legend_entries(const std::vector<geo::PictureClass>& classes, bool nodata) {
  std::vector<geo::PictureClass> shown = classes;
  const auto absent = [](const geo::PictureClass& one) { return one.share <= 0; };
  if (shown.size() > 12) std::erase_if(shown, absent);
  std::size_t left_out = 0;
  if (shown.size() > kMostClasses) {
    std::stable_sort(shown.begin(), shown.end(),
                     [](const auto& a, const auto& b) { return a.share > b.share; });
    left_out = shown.size() - kMostClasses;
    shown.resize(kMostClasses);
  }
  std::vector<Entry> entries;
  for (const geo::PictureClass& one : shown) {
    std::string detail = share_text(one.share);
    if (one.area_m2 && *one.area_m2 > 0) detail += " · " + area_text(*one.area_m2);
    entries.push_back({one.color, false, one.name, detail});
  }
  if (nodata) entries.push_back({kPaper, true, "no data", ""});
  if (left_out > 0) entries.push_back({kPaper, false, fmt::format("and {} more", left_out), ""});
  return entries;
}

double entry_width(const Entry& entry, double text) {
  const double detail = entry.detail.empty() ? 0 : text * 0.9 + Canvas::text_width(text * 0.9, entry.detail);
  return text * 3.4 + Canvas::text_width(text, entry.name) + detail;
}

/// The largest picture within `max_side`: an integer multiple for small masks, else any size.
Layout lay_out(const Grid& grid, const std::vector<Entry>& entries, int max_side) {
  Layout layout;
  layout.most = max_side;
  const double unit = std::clamp(max_side / 1600.0, 0.7, 2.5);
  layout.text = 11 * unit;
  layout.margin = static_cast<int>(22 * unit);
  layout.gap = static_cast<int>(18 * unit);
  layout.row_height = static_cast<int>(layout.text * 2.4);
  const auto width = static_cast<double>(grid.width);
  const auto height = static_cast<double>(grid.height);
  layout.stacked = width > 1.8 * height;
  const double spacing = layout.text * 2.5;
  double widest = 0;
  double sum = 0;
  for (const Entry& entry : entries) {
    widest = std::max(widest, entry_width(entry, layout.text));
    sum += entry_width(entry, layout.text) + spacing;
  }
  layout.column_width = static_cast<int>(std::ceil(widest + spacing));

  double scale =
      (max_side - 2.0 * layout.margin - (layout.stacked ? 0 : layout.gap)) / (layout.stacked ? 1 : 2) / width;
  for (int attempt = 0; attempt < 20; ++attempt) {
    if (scale > 1) scale = std::min(4.0, std::floor(scale));
    layout.panel_width = std::max(1, static_cast<int>(width * scale));
    layout.panel_height = std::max(1, static_cast<int>(height * scale));
    layout.one_row = sum <= layout.content() + spacing;
    layout.columns = layout.one_row
                         ? static_cast<int>(entries.size())
                         : std::max(1, static_cast<int>((layout.content() + spacing) / layout.column_width));
    layout.rows = (static_cast<int>(entries.size()) + layout.columns - 1) / std::max(1, layout.columns);
    const int over = layout.wanted_height() - max_side;
    if (over <= 0) break;
    const double panels = layout.panel_height * (layout.stacked ? 2 : 1);
    scale *= std::clamp(1 - (over + 1) / panels, 0.5, 0.99);
  }
  return layout;
}

void hatch(Canvas& canvas, int x, int y, int left, int top, double step) {
  const double phase = std::fmod(x - left + (y - top), step);
  canvas.set(x, y, kPaper);
  canvas.blend(x, y, kHatch, std::clamp(step * 0.22 + 0.5 - std::abs(phase - step / 2), 0.0, 1.0));
}

/// The image in a panel, with the mask over it if there is one.
void draw_panel(Canvas& canvas, const Layout& layout, int left, int top, const std::vector<std::uint8_t>& rgb,
                const std::vector<std::uint8_t>& valid, const std::vector<int>* mask,
                const std::vector<Color>& colors, double opacity) {
  const int width = layout.panel_width;
  for (int y = 0; y < layout.panel_height; ++y)
    for (int x = 0; x < width; ++x) {
      const std::size_t i =
          static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
      if (valid[i] != 0)
        canvas.set(left + x, top + y, {rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]});
      else
        hatch(canvas, left + x, top + y, left, top, std::round(layout.text * 0.9));
      if (mask == nullptr || (*mask)[i] < 0) continue;
      const auto value = static_cast<std::size_t>((*mask)[i]);
      if (value >= colors.size()) continue;
      // At class boundaries the colour is stronger, so that outlines are visible on any image.
      const bool edge =
          (x > 0 && (*mask)[i - 1] != (*mask)[i]) ||
          (y > 0 && (*mask)[i - static_cast<std::size_t>(width)] != (*mask)[i]) ||
          (x + 1 < width && (*mask)[i + 1] != (*mask)[i]) ||
          (y + 1 < layout.panel_height && (*mask)[i + static_cast<std::size_t>(width)] != (*mask)[i]);
      canvas.blend(left + x, top + y, colors[value], edge ? opacity + 0.5 * (1 - opacity) : opacity);
    }
  canvas.frame(left - 1, top - 1, width + 2, layout.panel_height + 2, kLine);
}

/// A scale bar of a round length, in the panel's lower left corner.
void draw_scale(Canvas& canvas, const Layout& layout, int left, int top, double metres_per_pixel) {
  const double most = metres_per_pixel * layout.panel_width * 0.3;
  double length = std::pow(10, std::floor(std::log10(most)));
  for (const double step : {5.0, 2.0})
    if (length * step <= most) {
      length *= step;
      break;
    }
  const std::string label =
      length >= 1000 ? fmt::format("{:g} km", length / 1000) : fmt::format("{:g} m", length);
  const double text = layout.text * 0.85;
  const double bar = length / metres_per_pixel;
  const double pad = layout.text * 0.8;
  const double box_width = std::max(bar, Canvas::text_width(text, label)) + 2 * pad;
  const double box_height = text * 2.5 + pad;
  if (box_width > layout.panel_width * 0.6 || box_height > layout.panel_height * 0.3) return;
  const double x = left + layout.text * 0.8;
  const double y = top + layout.panel_height - layout.text * 0.8 - box_height;
  canvas.rounded(x, y, box_width, box_height, layout.text * 0.4, kPaper);
  canvas.text(x + (box_width - Canvas::text_width(text, label)) / 2, y + pad * 0.8 + text, text, label, kInk);
  const double line = y + box_height - pad * 0.9;
  const double thick = std::max(1.5, layout.text * 0.18);
  const double begin = x + (box_width - bar) / 2;
  canvas.rounded(begin, line - thick / 2, bar, thick, 0, kInk);
  for (const double end : {begin, begin + bar - thick})
    canvas.rounded(end, line - thick * 2, thick, thick * 2.5, 0, kInk);
}

void draw_legend(Canvas& canvas, const Layout& layout, const std::vector<Entry>& entries) {
  const int top = layout.margin + layout.panels_height() + layout.gap;
  const double swatch_width = layout.text * 2.4;
  const double swatch_height = layout.text * 1.5;
  int next = layout.margin;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    const auto columns = static_cast<std::size_t>(layout.columns);
    const std::size_t line = i / columns;
    const int x = i % columns == 0 ? layout.margin : next;
    next =
        x + (layout.one_row ? static_cast<int>(std::ceil(entry_width(entry, layout.text) + layout.text * 2.5))
                            : layout.column_width);
    const double middle = top + (static_cast<double>(line) + 0.5) * layout.row_height;
    const double y = std::round(middle - swatch_height / 2);
    if (!entry.hatched && entry.detail.empty()) {
      canvas.text(x, middle + layout.text / 2, layout.text, entry.name, kFaint);
      continue;
    }
    canvas.rounded(x - 1, y - 1, swatch_width + 2, swatch_height + 2, layout.text * 0.35, kLine);
    if (entry.hatched) {
      for (int row = 0; row < static_cast<int>(swatch_height); ++row)
        for (int column = 0; column < static_cast<int>(swatch_width); ++column)
          hatch(canvas, x + column, static_cast<int>(y) + row, x, static_cast<int>(y),
                std::round(layout.text * 0.6));
    } else {
      canvas.rounded(x, y, swatch_width, swatch_height, layout.text * 0.3, entry.color);
    }
    const double name = x + layout.text * 3.4;
    canvas.text(name, middle + layout.text / 2, layout.text, entry.name, kInk);
    canvas.text(name + Canvas::text_width(layout.text, entry.name) + layout.text * 0.9,
                middle + layout.text / 2, layout.text * 0.9, entry.detail, kFaint);
  }
}

}  // namespace

void write_picture(const std::string& png_path, const std::string& image_path, const std::string& mask_path,
                   int max_side, double opacity, bool overwrite) {
  geo::ensure_gdal();
  check_output(png_path, overwrite, std::vector{image_path, mask_path});
  if (max_side < 100 || max_side > 20000)
    throw Error(ErrorCode::usage, fmt::format("a picture of {} pixels", max_side),
                "choose a size from 100 to 20000");
  if (!(opacity >= 0 && opacity <= 1))
    throw Error(ErrorCode::usage, fmt::format("an opacity of {}", opacity), "choose one from 0 to 1");

  geo::PictureSource source(image_path, mask_path);
  const std::vector<geo::PictureClass> classes = source.classes();
  std::vector<Color> colors;
  for (const geo::PictureClass& one : classes) {
    if (one.value < 0) continue;
    if (colors.size() <= static_cast<std::size_t>(one.value))
      colors.resize(static_cast<std::size_t>(one.value) + 1);
    colors[static_cast<std::size_t>(one.value)] = one.color;
  }
  // Whether the legend needs a nodata entry depends on the pixels, whose number depends on the legend.
  bool nodata = false;
  Layout layout;
  std::vector<Entry> entries;
  std::vector<std::uint8_t> rgb;
  std::vector<std::uint8_t> valid;
  for (int pass = 0; pass < 2; ++pass) {
    entries = legend_entries(classes, nodata);
    layout = lay_out(source.grid(), entries, max_side);
    source.read_image(layout.panel_width, layout.panel_height, rgb, valid);
    const bool found = std::find(valid.begin(), valid.end(), 0) != valid.end();
    if (found == nodata) break;
    nodata = found;
  }
  const std::vector<int> mask = source.read_mask(layout.panel_width, layout.panel_height);

  Canvas canvas(layout.width(), layout.height(), kPaper);
  const int left = layout.margin;
  const int top = layout.margin + layout.caption();
  const int mask_left = layout.stacked ? left : left + layout.panel_width + layout.gap;
  const int mask_top = layout.stacked ? top + layout.panel_height + layout.gap + layout.caption() : top;
  const auto caption = [&](int x, int y, std::string_view text) {
    canvas.text(x, y - layout.text * 0.8, layout.text, text, kInk, 0.11);
  };
  caption(left, top, "Image");
  caption(mask_left, mask_top, "Mask");
  draw_panel(canvas, layout, left, top, rgb, valid, nullptr, colors, 0);
  draw_panel(canvas, layout, mask_left, mask_top, rgb, valid, &mask, colors, opacity);
  if (const auto size = ground_pixel_size(source.grid()))
    draw_scale(canvas, layout, left, top,
               size->x * static_cast<double>(source.grid().width) / layout.panel_width);
  draw_legend(canvas, layout, entries);
  geo::save_png(canvas, png_path, overwrite);
}

}  // namespace terramask
