#include "geo/vector/level_raster.hpp"

#include <algorithm>

#include "geo/base/scratch_raster.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

constexpr std::int64_t kBlock = 256;
constexpr std::int64_t kPart = 4 * kBlock;  // side of the part painted at once

std::int64_t to_block(std::int64_t pixels) {
  return (pixels + kBlock - 1) / kBlock * kBlock;
}

}  // namespace

LevelRaster::LevelRaster(std::int64_t width, std::int64_t height, const std::string& path)
    : path_(path), extent_{0, 0, width, height} {
  dataset_ =
      create_scratch({.path = path, .width = width, .height = height, .type = GDT_UInt16, .side = kBlock});
}

std::uint64_t LevelRaster::most_bytes(std::int64_t width, std::int64_t height) {
  return static_cast<std::uint64_t>(to_block(width)) * static_cast<std::uint64_t>(to_block(height)) * 2 +
         (1U << 20);
}

std::uint64_t LevelRaster::paint(const Polygons& polygons, bool touched, std::uint16_t level) {
  Window bounds = polygons.bounds();
  if (touched) bounds = {bounds.x - 1, bounds.y - 1, bounds.width + 2, bounds.height + 2};
  const Window window = intersect(bounds, extent_);
  std::uint64_t covered = 0;
  for (std::int64_t y = window.y; y < window.y + window.height; y = (y / kPart + 1) * kPart)
    for (std::int64_t x = window.x; x < window.x + window.width; x = (x / kPart + 1) * kPart) {
      const Window cell{x, y, (x / kPart + 1) * kPart - x, (y / kPart + 1) * kPart - y};
      covered += paint_part(intersect(cell, window), polygons, touched, level);
    }
  return covered;
}

std::uint64_t LevelRaster::paint_part(const Window& part, const Polygons& polygons, bool touched,
                                      std::uint16_t level) {
  const auto size = static_cast<std::size_t>(part.width * part.height);
  inside_.assign(size, 0);
  polygons.fill(part, inside_);
  if (touched) polygons.fill_edges(part, inside_);
  const auto covered = static_cast<std::uint64_t>(std::count(inside_.begin(), inside_.end(), 1));
  if (covered == 0) return 0;
  order_.resize(size);
  transfer(GF_Read, part, order_.data());
  bool changed = false;
  for (std::size_t i = 0; i < size; ++i)
    if (inside_[i] != 0 && order_[i] < level) {
      order_[i] = level;
      changed = true;
    }
  if (changed) transfer(GF_Write, part, order_.data());
  return covered;
}

void LevelRaster::read(const Window& window, std::span<std::uint16_t> levels) {
  transfer(GF_Read, window, levels.data());
}

void LevelRaster::transfer(GDALRWFlag direction, const Window& window, std::uint16_t* levels) {
  transfer_scratch(*dataset_, direction, window, levels, GDT_UInt16, path_, "keeping what is painted failed");
}

}  // namespace terramask::geo
