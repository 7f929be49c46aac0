#include "geo/read/warped_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "geo/read/filter.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

constexpr std::int64_t kMostWarpedValues = 6'000'000;
constexpr std::int64_t kWarpedPartSide = 512;

}  // namespace

WarpedReader::WarpedReader(std::unique_ptr<GridReader> source, const Grid& source_grid, const Grid& grid,
                           std::vector<std::size_t> planes, const std::string& name,
                           const std::string& grid_name)
    : source_(std::move(source)),
      extent_(source_grid.extent()),
      mapping_(grid, source_grid),
      planes_(std::move(planes)) {
  const auto box = mapping_.bounds();
  const bool meets = box[0] < static_cast<double>(extent_.width) && box[2] > 0 &&
                     box[1] < static_cast<double>(extent_.height) && box[3] > 0;
  if (!meets) {
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: does not overlap {} ({} and {})", name, grid_name,
                            crs_label(source_grid.crs), crs_label(grid.crs)),
                "stack rasters of the same place");
  }
  for (std::size_t i = 0; i < 2; ++i)
    span_[i] = std::isfinite(mapping_.span()[i]) ? std::max(1.0, mapping_.span()[i]) : 1.0;
}

void WarpedReader::read(const Window& window, Planes planes, std::span<std::uint8_t> valid) {
  for (std::int64_t y = 0; y < window.height; y += kWarpedPartSide) {
    for (std::int64_t x = 0; x < window.width; x += kWarpedPartSide) {
      read_part({window.x + x, window.y + y, std::min(kWarpedPartSide, window.width - x),
                 std::min(kWarpedPartSide, window.height - y)},
                window, planes, valid);
    }
  }
}

void WarpedReader::advise(const Window& window) {
  if (window.empty()) return;
  // The pixels that a window touches are within those that its edges touch.
  const std::array<Window, 4> edges{Window{window.x, window.y, window.width, 1},
                                    {window.x, window.y + window.height - 1, window.width, 1},
                                    {window.x, window.y, 1, window.height},
                                    {window.x + window.width - 1, window.y, 1, window.height}};
  std::int64_t left = extent_.width, top = extent_.height, right = 0, bottom = 0;
  for (const Window& edge : edges) {
    columns_.resize(pixels(edge));
    rows_.resize(pixels(edge));
    mapping_.positions(edge, columns_, rows_);
    const Window part = touched();
    if (part.empty()) continue;
    left = std::min(left, part.x);
    top = std::min(top, part.y);
    right = std::max(right, part.x + part.width);
    bottom = std::max(bottom, part.y + part.height);
  }
  source_->advise(intersect({left, top, right - left, bottom - top}, extent_));
}

Window WarpedReader::touched() const {
  double left = 1;
  double top = 1;
  double right = 0;
  double bottom = 0;
  bool any = false;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const bool inside = columns_[i] >= 0 && columns_[i] <= static_cast<double>(extent_.width) &&
                        rows_[i] >= 0 && rows_[i] <= static_cast<double>(extent_.height);
    if (!inside) continue;
    left = any ? std::min(left, columns_[i]) : columns_[i];
    right = any ? std::max(right, columns_[i]) : columns_[i];
    top = any ? std::min(top, rows_[i]) : rows_[i];
    bottom = any ? std::max(bottom, rows_[i]) : rows_[i];
    any = true;
  }
  if (!any) return {};
  Window held;
  held.x = static_cast<std::int64_t>(std::floor(left - span_[0] / 2)) - 1;
  held.y = static_cast<std::int64_t>(std::floor(top - span_[1] / 2)) - 1;
  held.width = static_cast<std::int64_t>(std::ceil(right + span_[0] / 2)) + 1 - held.x;
  held.height = static_cast<std::int64_t>(std::ceil(bottom + span_[1] / 2)) + 1 - held.y;
  return intersect(held, extent_);
}

void WarpedReader::read_part(const Window& part, const Window& window, Planes planes,
                             std::span<std::uint8_t> valid) {
  columns_.resize(pixels(part));
  rows_.resize(pixels(part));
  mapping_.positions(part, columns_, rows_);
  const Window held = touched();
  if (!held.empty()) {
    const auto count = static_cast<std::int64_t>(planes_.size());
    if (held.width * held.height * count > kMostWarpedValues && part.width * part.height > 1) {
      for (const Window& half : halves(part)) read_part(half, window, planes, valid);
      return;
    }
    held_values_.resize(pixels(held) * planes_.size());
    held_valid_.assign(pixels(held), 1);
    source_->read(held, {held_values_.data(), pixels(held)}, held_valid_);
  }
  std::size_t i = 0;
  for (std::int64_t row = part.y; row < part.y + part.height; ++row) {
    for (std::int64_t column = part.x; column < part.x + part.width; ++column, ++i) {
      const auto at = static_cast<std::size_t>((row - window.y) * window.width + column - window.x);
      sample(columns_[i], rows_[i], held, at, planes, valid[at]);
    }
  }
}

void WarpedReader::sample(double column, double row, const Window& held, std::size_t at, Planes planes,
                          std::uint8_t& valid) {
  sums_.assign(planes_.size(), 0.0F);
  float weight = 0;
  float total = 0;
  const bool inside = column >= 0 && column <= static_cast<double>(extent_.width) && row >= 0 &&
                      row <= static_cast<double>(extent_.height);
  if (inside) {
    // A box of width 1 is the bilinear pair.
    const double left = std::max(column - span_[0] / 2, 0.0);
    const double right = std::min(column + span_[0] / 2, static_cast<double>(extent_.width));
    const double top = std::max(row - span_[1] / 2, 0.0);
    const double bottom = std::min(row + span_[1] / 2, static_cast<double>(extent_.height));
    const std::size_t plane = pixels(held);
    for (auto y = static_cast<std::int64_t>(std::floor(top));
         y < extent_.height && static_cast<double>(y) < bottom; ++y) {
      const double wy = std::min(static_cast<double>(y + 1), bottom) - std::max(static_cast<double>(y), top);
      for (auto x = static_cast<std::int64_t>(std::floor(left));
           x < extent_.width && static_cast<double>(x) < right; ++x) {
        const double wx =
            std::min(static_cast<double>(x + 1), right) - std::max(static_cast<double>(x), left);
        const auto w = static_cast<float>(wx * wy);
        const auto from = static_cast<std::size_t>((y - held.y) * held.width + x - held.x);
        total += w;
        if (held_valid_[from] == 0) continue;
        weight += w;
        for (std::size_t b = 0; b < planes_.size(); ++b) sums_[b] += w * held_values_[b * plane + from];
      }
    }
  }
  for (std::size_t b = 0; b < planes_.size(); ++b)
    planes.plane(planes_[b])[at] = weight > 0 ? sums_[b] / weight : 0.0F;
  if (!(weight > 0) || !(weight >= kValidShare * total)) valid = 0;
}

}  // namespace terramask::geo
