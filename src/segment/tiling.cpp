#include "segment/tiling.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "terramask/error.hpp"

namespace terramask::segment {
namespace {

struct Span {
  std::int64_t begin, end;              // output
  std::int64_t patch_begin, patch_end;  // patch
};

// One axis of the exact tiling.
std::vector<Span> spans(std::int64_t raster, std::int64_t padded_extent, const TilingOptions& options,
                        std::int64_t region_begin, std::int64_t region_end) {
  const std::int64_t a = options.footprint.alignment, s = options.footprint.stride,
                     h = options.footprint.halo + options.margin;
  const std::int64_t tile = ceil_to(std::max<std::int64_t>(options.tile, 1), a);
  std::vector<Span> all;
  for (std::int64_t begin = 0; begin < raster; begin += tile) {
    if (begin + tile <= region_begin || begin >= region_end) continue;
    // Only as much of the tile as the region needs, still on multiples of A.
    const std::int64_t from = std::max(begin, floor_to(region_begin, a));
    const std::int64_t to = std::min({begin + tile, raster, ceil_to(region_end, a)});
    all.push_back({from, to, std::max<std::int64_t>(0, floor_to(from - h, s)),
                   std::min(padded_extent, ceil_to(to + h, s))});
  }
  return all;
}

std::vector<Span> overlapping(std::int64_t raster, std::int64_t padded_extent, std::int64_t tile,
                              std::int64_t overlap) {
  std::vector<Span> all;
  for (std::int64_t begin = 0;; begin += tile) {
    const bool last = begin + tile + overlap >= padded_extent;
    const std::int64_t end = last ? padded_extent : begin + tile + overlap;
    all.push_back({begin, std::min(end, raster), begin, end});
    if (last || end >= raster) return all;
  }
}

std::vector<Tile> cross(const std::vector<Span>& rows, const std::vector<Span>& columns) {
  constexpr std::size_t most = std::size_t{1} << 26;
  if (rows.size() > most / std::max<std::size_t>(columns.size(), 1))
    throw Error(ErrorCode::unsupported,
                fmt::format("{} x {} tiles are too many to list", columns.size(), rows.size()),
                "take a part with `bounds`, or a larger `tile`");
  std::vector<Tile> tiles;
  tiles.reserve(rows.size() * columns.size());
  for (const Span& row : rows)
    for (const Span& column : columns)
      tiles.push_back({{column.begin, row.begin, column.end - column.begin, row.end - row.begin},
                       {column.patch_begin, row.patch_begin, column.patch_end - column.patch_begin,
                        row.patch_end - row.patch_begin}});
  return tiles;
}

}  // namespace

std::int64_t floor_to(std::int64_t x, std::int64_t multiple) {
  const std::int64_t quotient = x / multiple - (x % multiple < 0 ? 1 : 0);
  return quotient * multiple;
}

std::int64_t ceil_to(std::int64_t x, std::int64_t multiple) {
  return -floor_to(-x, multiple);
}

Extent padded(const Extent& raster, std::int64_t multiple) {
  return {ceil_to(raster.width, multiple), ceil_to(raster.height, multiple)};
}

std::int64_t reflect(std::int64_t x, std::int64_t extent) {
  if (extent == 1) return 0;
  const std::int64_t period = 2 * (extent - 1);
  const std::int64_t within = ((x % period) + period) % period;
  return within < extent ? within : period - within;
}

std::vector<Tile> exact_tiles(const TilingOptions& options) {
  const Extent whole = padded(options.raster, options.pad_multiple);
  const Window& r = options.region;
  return cross(spans(options.raster.height, whole.height, options, r.y, r.y + r.height),
               spans(options.raster.width, whole.width, options, r.x, r.x + r.width));
}

std::vector<Tile> overlapping_tiles(const TilingOptions& options, std::int64_t overlap) {
  const Extent whole = padded(options.raster, options.pad_multiple);
  const std::int64_t tile = ceil_to(std::max<std::int64_t>(options.tile, 1), options.footprint.alignment);
  return cross(overlapping(options.raster.height, whole.height, tile, overlap),
               overlapping(options.raster.width, whole.width, tile, overlap));
}

double work_factor(const Footprint& footprint, std::int64_t tile) {
  const std::int64_t side = ceil_to(tile, footprint.alignment);
  const std::int64_t patch = side + 2 * ceil_to(footprint.halo, footprint.stride);
  return static_cast<double>(patch) * static_cast<double>(patch) /
         (static_cast<double>(side) * static_cast<double>(side));
}

}  // namespace terramask::segment
