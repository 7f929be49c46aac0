#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "geo/crs.hpp"
#include "geo/cutline.hpp"
#include "geo/gdal_support.hpp"
#include "geo/grid_reader.hpp"
#include "terramask/raster_reader.hpp"

namespace terramask {
namespace {

using Box = std::array<double, 4>;

constexpr double kWhole = 1e-6;  // pixels: bounds this close to a pixel's edge lie on it

std::string box_text(const Box& box) {
  return fmt::format("{:.10g} {:.10g} {:.10g} {:.10g}", box[0], box[1], box[2], box[3]);
}

Box around(const std::vector<double>& x, const std::vector<double>& y) {
  const auto [left, right] = std::minmax_element(x.begin(), x.end());
  const auto [low, high] = std::minmax_element(y.begin(), y.end());
  return {*left, *low, *right, *high};
}

/// The coordinates around a window of the grid: xmin, ymin, xmax, ymax.
Box extent_of(const Grid& grid, const Window& window) {
  std::vector<double> x;
  std::vector<double> y;
  for (const std::int64_t column : {window.x, window.x + window.width}) {
    for (const std::int64_t row : {window.y, window.y + window.height}) {
      const auto point = grid.to_world(static_cast<double>(column), static_cast<double>(row));
      x.push_back(point[0]);
      y.push_back(point[1]);
    }
  }
  return around(x, y);
}

std::string raster_text(const Grid& grid) {
  return fmt::format("the raster's extent {} ({})", box_text(extent_of(grid, grid.extent())),
                     geo::crs_label(grid.crs));
}

/// The pixels a box touches.
Window bounds_window(const Grid& grid, const Box& box, const std::string& bounds_crs) {
  if (!std::all_of(box.begin(), box.end(), [](double v) { return std::isfinite(v); }) || box[0] >= box[2] ||
      box[1] >= box[3]) {
    throw Error(ErrorCode::usage, "--bounds " + box_text(box) + ": not xmin ymin xmax ymax");
  }
  if (!grid.has_geotransform) {
    throw Error(ErrorCode::mismatch, "--bounds: the raster has no geotransform, so no coordinates",
                "give it a place, e.g. `gdal_edit.py -a_srs EPSG:... -a_ullr ulx uly lrx lry`");
  }
  std::string crs = grid.crs;
  if (!bounds_crs.empty()) {
    crs = geo::crs_from_user(bounds_crs, "--bounds-crs");
    if (grid.crs.empty()) {
      throw Error(ErrorCode::mismatch, "--bounds-crs: the raster has no CRS to go to",
                  "assign one with --crs");
    }
  }
  // Straight edges of the box may bend: they are followed by many points.
  constexpr int steps = 64;
  std::vector<double> x;
  std::vector<double> y;
  for (int i = 0; i <= steps; ++i) {
    const double t = static_cast<double>(i) / steps;
    const double along_x = i == steps ? box[2] : box[0] + t * (box[2] - box[0]);
    const double along_y = i == steps ? box[3] : box[1] + t * (box[3] - box[1]);
    x.insert(x.end(), {along_x, along_x, box[0], box[2]});
    y.insert(y.end(), {box[1], box[3], along_y, along_y});
  }
  geo::CrsTransform(crs, grid.crs).apply(x, y);
  std::vector<double> columns;
  std::vector<double> rows;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto pixel = grid.to_pixel(x[i], y[i]);
    if (!std::isfinite(pixel[0]) || !std::isfinite(pixel[1])) continue;
    columns.push_back(pixel[0]);
    rows.push_back(pixel[1]);
  }
  if (!columns.empty()) {
    const Box pixels = around(columns, rows);
    const auto whole = [](double v) { return static_cast<std::int64_t>(std::clamp(v, -1e15, 1e15)); };
    const std::int64_t left = whole(std::floor(pixels[0] + kWhole));
    const std::int64_t top = whole(std::floor(pixels[1] + kWhole));
    const Window window{left, top, whole(std::ceil(pixels[2] - kWhole)) - left,
                        whole(std::ceil(pixels[3] - kWhole)) - top};
    const Window inside = intersect(window, grid.extent());
    if (!inside.empty()) return inside;
  }
  throw Error(ErrorCode::mismatch,
              fmt::format("--bounds {} ({}) and {} have nothing in common", box_text(box),
                          geo::crs_label(crs), raster_text(grid)),
              bounds_crs.empty() ? "give the bounds in the raster's CRS or name theirs with --bounds-crs"
                                 : "correct the bounds");
}

class Region final : public RegionOfInterest {
 public:
  Region(const Window& window, geo::Polygons polygons, std::vector<std::string> warnings)
      : window_(window), polygons_(std::move(polygons)), warnings_(std::move(warnings)) {}

  const Window& window() const override { return window_; }
  const std::vector<std::string>& warnings() const override { return warnings_; }

  void mask(const Window& window, std::span<std::uint8_t> inside) const override {
    if (geo::pixels(window) != inside.size()) {
      throw Error(ErrorCode::internal, "a region's mask was given room for another number of pixels");
    }
    std::vector<std::uint8_t> keep(inside.size(), polygons_.empty() ? 1 : 0);
    polygons_.fill(window, keep);
    for (std::int64_t row = 0; row < window.height; ++row) {
      for (std::int64_t column = 0; column < window.width; ++column) {
        const bool in = window.x + column >= window_.x && window.x + column < window_.x + window_.width &&
                        window.y + row >= window_.y && window.y + row < window_.y + window_.height;
        const auto i = static_cast<std::size_t>(row * window.width + column);
        if (!in || keep[i] == 0) inside[i] = 0;
      }
    }
  }

  bool holds_a_pixel() const {
    constexpr std::int64_t strip = 64;
    std::vector<std::uint8_t> inside;
    for (std::int64_t y = 0; y < window_.height; y += strip) {
      const Window part{window_.x, window_.y + y, window_.width, std::min(strip, window_.height - y)};
      inside.assign(geo::pixels(part), 1);
      mask(part, inside);
      if (std::find(inside.begin(), inside.end(), 1) != inside.end()) return true;
    }
    return false;
  }

 private:
  Window window_;
  geo::Polygons polygons_;
  std::vector<std::string> warnings_;
};

}  // namespace

std::unique_ptr<RegionOfInterest> RegionOfInterest::make(const Grid& grid,
                                                         std::optional<std::array<double, 4>> bounds,
                                                         const std::string& bounds_crs,
                                                         const std::string& cutline) {
  geo::ensure_gdal();
  Window window = grid.extent();
  if (bounds) window = bounds_window(grid, *bounds, bounds_crs);
  geo::Polygons polygons;
  std::vector<std::string> warnings;
  if (!cutline.empty()) {
    if (!grid.has_geotransform) {
      throw Error(ErrorCode::mismatch, cutline + ": the raster has no geotransform to lay it on",
                  "give it a place, e.g. `gdal_edit.py -a_srs EPSG:... -a_ullr ulx uly lrx lry`");
    }
    polygons = geo::read_cutline(cutline, grid, warnings);
    const Window around = polygons.bounds();
    window = intersect(window, around);
    if (window.empty() || !Region(window, polygons, {}).holds_a_pixel()) {
      throw Error(
          ErrorCode::mismatch,
          fmt::format("{}: its polygons{} hold no pixel of {}{}", cutline,
                      around.empty() ? std::string(" lie elsewhere and")
                                     : fmt::format(" (extent {})", box_text(extent_of(grid, around))),
                      raster_text(grid), bounds ? " within --bounds " + box_text(*bounds) : std::string()),
          "give polygons of the same place");
    }
  }
  return std::make_unique<Region>(window, std::move(polygons), std::move(warnings));
}

}  // namespace terramask
