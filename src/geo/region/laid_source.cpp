#include "geo/region/laid_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "geo/base/grid_mapping.hpp"
#include "geo/base/lattice.hpp"
#include "geo/base/longitudes.hpp"
#include "geo/read/rescale.hpp"
#include "geo/read/stack.hpp"
#include "geo/read/warped_reader.hpp"
#include "geo/read/working_grid.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

std::int64_t whole(double value) {
  return static_cast<std::int64_t>(std::clamp(value, -1e15, 1e15));
}

/// Pixels of the grid with their centres in [0, size] of the source: first and one past the last.
std::array<std::int64_t, 2> centres_inside(double offset, double scale, std::int64_t size) {
  const auto inside = [&](std::int64_t k) {
    const double centre = offset + (static_cast<double>(k) + 0.5) * scale;
    return centre >= 0 && centre <= static_cast<double>(size);
  };
  std::int64_t first = whole(std::floor(-offset / scale - 0.5)) - 1;
  std::int64_t end = whole(std::ceil((static_cast<double>(size) - offset) / scale)) + 1;
  while (first < end && !inside(first)) ++first;
  while (end > first && !inside(end - 1)) --end;
  return {first, end};
}

std::optional<Layout> shifted(const Grid& source, const Grid& grid) {
  const LatticePlace place = place_on_lattice(source, grid);
  if (!place.fits()) return std::nullopt;
  return Layout{Laying::shifted,
                {whole(place.x), whole(place.y), source.width, source.height},
                {-place.x, -place.y},
                {1, 1}};
}

std::optional<Layout> rescaled(const Grid& source, const Grid& grid) {
  const auto place = [&](double column, double row) {
    const auto world = grid.to_world(column, row);
    return source.to_pixel(world[0], world[1]);
  };
  const auto w = static_cast<double>(grid.width), h = static_cast<double>(grid.height);
  const auto origin = place(0, 0), right = place(w, 0), below = place(0, h);
  const std::array<double, 2> scale{(right[0] - origin[0]) / w, (below[1] - origin[1]) / h};
  const double turned = std::max(std::abs(right[1] - origin[1]), std::abs(below[0] - origin[0]));
  if (!(scale[0] > 0 && scale[1] > 0 && turned < kLatticeSnap)) return std::nullopt;
  const auto columns = centres_inside(origin[0], scale[0], source.width);
  const auto rows = centres_inside(origin[1], scale[1], source.height);
  return Layout{Laying::rescaled,
                {columns[0], rows[0], columns[1] - columns[0], rows[1] - rows[0]},
                {origin[0], origin[1]},
                scale};
}

/// A window around all of the source; pixels outside the source are read as invalid, so a margin is harmless.
Layout warped(const Grid& source, const Grid& grid) {
  const auto box = GridMapping(source, grid).bounds();
  Layout layout{Laying::warped, {}, {0, 0}, {1, 1}};
  if (!std::isfinite(box[0]) || !std::isfinite(box[1])) return layout;
  const double margin = 2 + std::max(box[2] - box[0], box[3] - box[1]) / 256;
  const std::int64_t left = whole(std::floor(box[0] - margin)), top = whole(std::floor(box[1] - margin));
  layout.window = {left, top, whole(std::ceil(box[2] + margin)) - left,
                   whole(std::ceil(box[3] + margin)) - top};
  return layout;
}

class ShiftedReader final : public GridReader {
 public:
  ShiftedReader(std::unique_ptr<GridReader> source, const Layout& layout)
      : source_(std::move(source)), x_(layout.window.x), y_(layout.window.y) {}
  void read(const Window& window, Planes planes, std::span<std::uint8_t> valid) override {
    source_->read({window.x - x_, window.y - y_, window.width, window.height}, planes, valid);
  }
  void advise(const Window& window) override {
    source_->advise({window.x - x_, window.y - y_, window.width, window.height});
  }
  bool always_valid() const override { return source_->always_valid(); }

 private:
  std::unique_ptr<GridReader> source_;
  std::int64_t x_, y_;
};

class OwnedRescaledReader final : public GridReader {
 public:
  OwnedRescaledReader(std::unique_ptr<GridReader> source, const Grid& source_grid, const Layout& layout,
                      std::size_t bands)
      : source_(std::move(source)),
        reader_(*source_, source_grid.extent(), layout.offset, layout.scale, bands) {}
  void read(const Window& window, Planes planes, std::span<std::uint8_t> valid) override {
    reader_.read(window, planes, valid);
  }
  void advise(const Window& window) override { reader_.advise(window); }
  bool always_valid() const override { return reader_.always_valid(); }

 private:
  std::unique_ptr<GridReader> source_;
  RescaledReader reader_;
};

}  // namespace

std::optional<Layout> lay(const Grid& source, const Grid& grid, bool same, const std::string& name) {
  std::optional<Layout> layout;
  const Grid near = same ? turned_towards(source, grid) : source;
  if (same) layout = shifted(near, grid);
  if (same && !layout) layout = rescaled(near, grid);
  if (!layout) layout = warped(source, grid);
  layout->window = intersect(layout->window, grid.extent());
  if (layout->window.empty()) return std::nullopt;
  const double least = std::min(layout->scale[0], layout->scale[1]);
  const double most = std::max(layout->scale[0], layout->scale[1]);
  if (least < 1 / kMostUp || most > kMostDown)
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: the region's pixels are {:.4g} times as large as its own", name, most),
                "give the region another pixel size, or leave the source out");
  return layout;
}

std::unique_ptr<GridReader> open_laid(const StackFacts& source, const Layout& layout, const Grid& grid) {
  std::unique_ptr<GridReader> reader = open_stack(source.files, source.bands, source.nodata);
  if (layout.how == Laying::shifted) return std::make_unique<ShiftedReader>(std::move(reader), layout);
  if (layout.how == Laying::rescaled)
    return std::make_unique<OwnedRescaledReader>(std::move(reader), source.grid(), layout,
                                                 source.bands.size());
  // On the part of the grid that the source covers, so that its averaging is measured there.
  std::vector<std::size_t> planes(source.bands.size());
  std::iota(planes.begin(), planes.end(), std::size_t{0});
  auto warped = std::make_unique<WarpedReader>(std::move(reader), source.grid(), cut(grid, layout.window),
                                               std::move(planes), source.name, "the region");
  return std::make_unique<ShiftedReader>(std::move(warped), layout);
}

}  // namespace terramask::geo
