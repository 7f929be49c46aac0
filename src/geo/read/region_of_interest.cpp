#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "geo/base/bounds_windows.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/read/cutline.hpp"
#include "geo/read/grid_reader.hpp"
#include "terramask/raster_reader.hpp"

namespace terramask {
namespace {

class Region final : public RegionOfInterest {
 public:
  /// @param parts  the windows that the bounds touch; at least one
  Region(const Window& window, std::vector<Window> parts, geo::Polygons polygons,
         std::vector<std::string> warnings)
      : window_(window),
        parts_(std::move(parts)),
        polygons_(std::move(polygons)),
        warnings_(std::move(warnings)) {}

  const Window& window() const override { return window_; }
  const std::vector<std::string>& warnings() const override { return warnings_; }

  void mask(const Window& window, std::span<std::uint8_t> inside) const override {
    if (geo::pixels(window) != inside.size())
      throw Error(ErrorCode::internal, "a region's mask was given room for another number of pixels");
    std::vector<std::uint8_t> keep(inside.size(), polygons_.empty() ? 1 : 0);
    polygons_.fill(window, keep);
    for (std::int64_t row = 0; row < window.height; ++row) {
      for (std::int64_t column = 0; column < window.width; ++column) {
        const std::int64_t x = window.x + column, y = window.y + row;
        const bool in = holds(window_, x, y) &&
                        std::ranges::any_of(parts_, [&](const Window& one) { return holds(one, x, y); });
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
  static bool holds(const Window& window, std::int64_t x, std::int64_t y) {
    return x >= window.x && x < window.x + window.width && y >= window.y && y < window.y + window.height;
  }

  Window window_;
  std::vector<Window> parts_;
  geo::Polygons polygons_;
  std::vector<std::string> warnings_;
};

}  // namespace

std::unique_ptr<RegionOfInterest> RegionOfInterest::make(const Grid& grid,
                                                         std::optional<std::array<double, 4>> bounds,
                                                         const std::string& bounds_crs,
                                                         const std::string& cutline) {
  geo::ensure_gdal();
  const std::vector<Window> parts =
      bounds ? geo::bounds_windows(grid, *bounds, bounds_crs) : std::vector<Window>{grid.extent()};
  Window window = geo::around(parts);
  geo::Polygons polygons;
  std::vector<std::string> warnings;
  if (!cutline.empty()) {
    if (!grid.has_geotransform) {
      throw Error(ErrorCode::mismatch, cutline + ": the raster has no geotransform to lay it on",
                  "give it a place, e.g. `gdal_edit.py -a_srs EPSG:... -a_ullr ulx uly lrx lry`");
    }
    polygons = geo::read_cutline(cutline, grid, warnings);
    const Window touched = polygons.bounds();
    window = intersect(window, touched);
    if (window.empty() || !Region(window, parts, polygons, {}).holds_a_pixel()) {
      throw Error(ErrorCode::mismatch,
                  fmt::format("{}: its polygons{} hold no pixel of {}{}", cutline,
                              touched.empty()
                                  ? std::string(" lie elsewhere and")
                                  : fmt::format(" (extent {})", geo::box_text(geo::extent_of(grid, touched))),
                              geo::raster_text(grid),
                              bounds ? " within `bounds` " + geo::box_text(*bounds) : std::string()),
                  "give polygons of the same place");
    }
  }
  return std::make_unique<Region>(window, parts, std::move(polygons), std::move(warnings));
}

}  // namespace terramask
