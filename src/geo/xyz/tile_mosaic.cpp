#include "geo/xyz/tile_mosaic.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

#include "geo/base/bounds_windows.hpp"
#include "geo/base/crs.hpp"
#include "geo/base/longitudes.hpp"
#include "geo/xyz/tile_look.hpp"
#include "terramask/tiles.hpp"
#include "tiles/open_source.hpp"
#include "tiles/redact.hpp"

namespace terramask {
namespace geo {
namespace {

using tiles::TileAddress;
using tiles::TileRange;
using tiles::TileState;

/// The process's settings and open sources; GDAL's driver, which opens them, is also process-wide.
struct Registry {
  std::mutex mutex;
  TileSettings settings;
  struct Entry {
    std::string name;
    std::weak_ptr<const TileMosaic> mosaic;
    std::shared_ptr<tiles::TileSource> source;  ///< kept for the report, and for what it knows of its server
  };
  std::vector<Entry> entries;
};

Registry& registry() {
  static Registry one;
  return one;
}

int choose_zoom(const tiles::SourceName& name, const TileSettings& settings, const tiles::TileSource& source,
                const std::string& shown) {
  const std::vector<int> present = source.zooms();
  if (name.zoom || settings.zoom) {
    const int zoom = name.zoom.value_or(settings.zoom.value_or(0));
    const bool there = present.empty() || std::find(present.begin(), present.end(), zoom) != present.end();
    if (there) return zoom;
    throw Error(ErrorCode::not_found,
                fmt::format("{}: has no tile of zoom {}, only of {}", shown, zoom, fmt::join(present, ", ")),
                fmt::format("take `zoom={}`", present.back()));
  }
  if (present.empty())
    throw Error(ErrorCode::usage, shown + ": nothing says which zoom is to be read",
                "give it: `zoom=N`, or #zoom=N after the template");
  if (present.size() == 1 || source.covers_others(present.back())) return present.back();
  throw Error(
      ErrorCode::usage,
      fmt::format("{}: holds tiles of the zooms {}, on different ground", shown, fmt::join(present, ", ")),
      "say which: `zoom=N`, or #zoom=N after the name");
}

/// The tiles touched by a box on one side of 180 degrees.
TileRange tiles_of_box(const std::array<double, 4>& box, const std::string& crs, int zoom) {
  // The world in pixels of 1/256 of a tile; overlaps of less than a millionth of a pixel are ignored.
  Grid world;
  world.width = world.height = std::int64_t{256} << zoom;
  const double pixel = 2 * tiles::kHalfWorld / static_cast<double>(world.width);
  world.geotransform = {-tiles::kHalfWorld, pixel, 0, tiles::kHalfWorld, 0, -pixel};
  world.has_geotransform = true;
  world.crs = crs_from_user("EPSG:3857", "xyz");
  const Window window = around(bounds_windows(world, box, crs));
  return {window.x / 256, window.y / 256, (window.x + window.width + 255) / 256,
          (window.y + window.height + 255) / 256};
}

/// The tiles that the bounds touch; across 180 degrees, columns continue beyond the last one.
TileRange tiles_of_bounds(const tiles::SourceName& name, int zoom) {
  const std::string crs = name.bounds_crs.empty() ? "EPSG:4326" : name.bounds_crs;
  const auto halves = halves_at_180(*name.bounds, crs_from_user(crs, "bounds-crs"));
  if (!halves) return tiles_of_box(*name.bounds, crs, zoom);
  const TileRange west = tiles_of_box((*halves)[0], "EPSG:4326", zoom);
  const TileRange east = tiles_of_box((*halves)[1], "EPSG:4326", zoom);
  const std::int64_t across = std::int64_t{1} << zoom;
  return {west.x0, std::min(west.y0, east.y0), std::min(east.x1 + across, west.x0 + across),
          std::max(west.y1, east.y1)};
}

TileRange choose_range(const tiles::SourceName& name, const tiles::TileSource& source, int zoom,
                       const std::string& shown) {
  const std::optional<TileRange> present = source.extent(zoom);
  if (!name.bounds) {
    if (present && !present->empty()) return *present;
    throw Error(ErrorCode::usage, shown + ": a template does not say how far its tiles reach",
                "give the bounds: `bounds=XMIN YMIN XMAX YMAX`, or #bounds=XMIN,YMIN,XMAX,YMAX after it "
                "(degrees, unless bounds-crs says otherwise)");
  }
  TileRange range = tiles_of_bounds(name, zoom);
  const std::int64_t last = std::int64_t{1} << zoom;
  const bool wraps = range.x1 > last;
  range = {range.x0 - name.margin, std::max<std::int64_t>(range.y0 - name.margin, 0), range.x1 + name.margin,
           std::min(range.y1 + name.margin, last)};
  if (!wraps) range = {std::max<std::int64_t>(range.x0, 0), range.y0, std::min(range.x1, last), range.y1};
  if (!present) return range;
  const bool common = std::ranges::any_of(tiles::in_world(zoom, range), [&](const TileRange& a) {
    return std::ranges::any_of(tiles::in_world(zoom, *present), [&](const TileRange& b) {
      return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
    });
  });
  if (!common)
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: none of its tiles of zoom {} lies within the bounds", shown, zoom),
                "correct the bounds; `terramask info` shows the extent without them");
  return range;
}

void check_size(const TileMosaic& mosaic, const std::string& shown) {
  const std::int64_t most = std::numeric_limits<int>::max() / mosaic.tile_size;
  if (mosaic.range.width() <= most && mosaic.range.height() <= most) return;
  throw Error(ErrorCode::usage,
              fmt::format("{}: {} x {} tiles of {} pixels are more than a raster can have", shown,
                          mosaic.range.width(), mosaic.range.height(), mosaic.tile_size),
              "take a smaller box, or a lower zoom");
}

std::shared_ptr<TileMosaic> make_mosaic(const std::string& text, const TileSettings& settings,
                                        const std::shared_ptr<tiles::TileSource>& before) {
  const tiles::SourceName name = tiles::parse_source_name(text);
  const std::string shown = tiles::without_secrets(text);
  auto mosaic = std::make_shared<TileMosaic>();
  mosaic->name = text;
  mosaic->pixels = name.pixels;
  const auto check = [](const std::string& bytes) -> std::string {
    try {
      decode_tile(bytes, tiles::Pixels::colour);
      return {};
    } catch (const Error& error) {
      return error.message();
    } catch (const std::exception& error) {  // an image must not end the fetching thread
      return error.what();
    }
  };
  // Files may have changed since they were listed; what is known of a server's tiles remains valid.
  mosaic->source = before && tiles::on_a_server(name) ? before : tiles::open_source(name, settings, check);
  if (before && mosaic->source != before) mosaic->source->share_ledger(*before);
  mosaic->zoom = choose_zoom(name, settings, *mosaic->source, shown);
  mosaic->range = choose_range(name, *mosaic->source, mosaic->zoom, shown);
  look_at_tiles(*mosaic, name.tile_size, shown);
  check_size(*mosaic, shown);
  mosaic->attribution = name.attribution.empty() ? mosaic->source->attribution() : name.attribution;
  mosaic->licence = name.licence.empty() ? mosaic->source->licence() : name.licence;
  return mosaic;
}

}  // namespace

std::array<double, 6> TileMosaic::geotransform() const {
  const double west = tiles::western_edge(zoom, range.x0);
  const double north = tiles::northern_edge(zoom, range.y0);
  const double pixel = std::ldexp(2 * tiles::kHalfWorld / tile_size, -zoom);
  return {west, pixel, 0, north, 0, -pixel};
}

std::optional<TileImage> TileMosaic::read(const TileAddress& address) const {
  const tiles::Tile tile = source->read(address);
  if (tile.state != TileState::present) return std::nullopt;
  const auto fail = [&](const std::string& cause) {
    source->ledger().note(address, tiles::TileLedger::Entry::failed, cause);
    return std::nullopt;
  };
  try {
    TileImage image = decode_tile(tile.bytes, pixels);
    if (image.transparent()) {
      source->ledger().note(address, tiles::TileLedger::Entry::missing);
      return std::nullopt;
    }
    if (image.width != tile_size || image.height != tile_size)
      return fail(fmt::format("{} x {} pixels, the other tiles have {} x {}", image.width, image.height,
                              tile_size, tile_size));
    return image;
  } catch (const Error& error) {
    return fail(error.message());
  }
}

std::shared_ptr<const TileMosaic> open_tile_mosaic(const std::string& name) {
  Registry& all = registry();
  // One at a time: others that open the same one wait for it, without requests to its server.
  const std::lock_guard lock(all.mutex);
  const auto known = std::find_if(all.entries.begin(), all.entries.end(),
                                  [&name](const Registry::Entry& entry) { return entry.name == name; });
  if (known == all.entries.end()) {
    const auto made = make_mosaic(name, all.settings, nullptr);
    all.entries.push_back({name, made, made->source});
    return made;
  }
  if (auto open = known->mosaic.lock()) return open;
  const auto made = make_mosaic(name, all.settings, known->source);
  known->mosaic = made;
  known->source = made->source;
  return made;
}

}  // namespace geo

void configure_tiles(const TileSettings& settings) {
  const std::lock_guard lock(geo::registry().mutex);
  geo::registry().settings = settings;
}

std::vector<TileReport> tile_reports() {
  const std::lock_guard lock(geo::registry().mutex);
  std::vector<TileReport> reports;
  for (const auto& entry : geo::registry().entries) {
    TileReport report;
    report.source = tiles::without_secrets(entry.name);
    entry.source->report(report);
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace terramask
