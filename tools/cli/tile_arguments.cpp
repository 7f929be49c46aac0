#include "cli/tile_arguments.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <vector>

#include "cli/messages.hpp"
#include "cli/stop.hpp"
#include "common/checks.hpp"
#include "common/command.hpp"
#include "common/option_group.hpp"

namespace terramask::tools {
namespace {

constexpr std::size_t kMostNamed = 20;

constexpr const char* kCacheSize = "--tile-cache-size";
constexpr std::uint64_t kLeastCache = 1 << 20;

std::optional<int> zoom;

CLI::Validator bytes_of_cache() {
  return {[](std::string& text) -> std::string {
            try {
              if (parse_bytes(text, kCacheSize) >= kLeastCache) return {};
              return text + " is less than one mebibyte (1M)";
            } catch (const Error&) {
              return text + " is not a number of bytes, as 500M or 10G";
            }
          },
          ""};
}

/// "12 fetched, 3 from the cache, 1 not there (nodata)"
std::string counts_text(const TileReport& report) {
  std::string text;
  const auto add = [&text](std::uint64_t count, const char* what) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
  };
  add(report.fetched, "fetched");
  add(report.cached, "from the cache");
  add(report.local, "read");
  add(report.missing, "not there (nodata)");
  add(report.absent, "not in the cache (offline: nodata)");
  add(report.failed.size(), "failed (nodata)");
  return text;
}

void name_failed(const TileReport& report, bool allowed) {
  const auto level = allowed ? spdlog::level::warn : spdlog::level::err;
  std::size_t named = 0;
  for (const FailedTile& tile : report.failed) {
    if (++named > kMostNamed) break;
    spdlog::log(level, "tile {} failed: {}", tile.tile, tile.cause);
  }
  if (report.failed.size() > kMostNamed)
    spdlog::log(level, "and {} more tiles failed", report.failed.size() - kMostNamed);
}

}  // namespace

void add_tile_options(CLI::App& app, TileArguments& a) {
  TileSettings& s = a.settings;
  OptionGroup tiles(app, "Tiles (xyz:)");
  tiles.add("--zoom", s.zoom, "Zoom level of xyz: rasters whose names have none (#zoom=N)", "N")
      ->check(whole_number(0, 29));
  tiles.add("--tile-cache", s.cache,
            "Where to cache tiles: a folder with one file per source, or an MBTiles file (default: "
            "~/.cache/terramask/tiles)",
            "DIR|FILE.mbtiles");
  tiles
      .add(
          kCacheSize, a.cache_size,
          "Maximum cache size per source, such as 500M or 10G; the least recently used tiles are removed (no "
          "limit)",
          "BYTES")
      ->check(bytes_of_cache());
  tiles.add_flag("--offline", s.offline,
                 "Do not contact servers: tiles that are not in the cache are nodata");
  tiles.add("--tile-rate", s.rate, "Requests per second to a server (10; no limit for localhost)", "N")
      ->check(positive_number());
  tiles
      .add("--tile-connections", s.connections, "Simultaneous requests to a server (2; 8 for localhost)", "N")
      ->check(whole_number(1, 64));
  tiles.add_shown("--tile-timeout", s.timeout_s, "Give up a request after this time", "SECONDS")
      ->check(positive_number());
  tiles.add_shown("--tile-retries", s.retries, "How many times to retry a failed request", "N")
      ->check(whole_number(0, 20));
  tiles.add_flag("--allow-missing-tiles", a.allow_missing,
                 "Exit with status 0 even if tiles failed (they are nodata)");
}

void start_tiles(const TileArguments& a, const StopFlag* stop) {
  TileSettings settings = a.settings;
  settings.stop = stop;
  zoom = settings.zoom;
  if (!a.cache_size.empty()) settings.cache_bytes = parse_bytes(a.cache_size, kCacheSize);
  configure_tiles(settings);
}

std::optional<int> chosen_zoom() {
  return zoom;
}

int finish_tiles(int status, const TileArguments& a, const std::string& name) {
  if (spdlog::default_logger()->name() != "terramask") {
    start_messages(name, {});
    spdlog::set_level(spdlog::level::warn);
  }
  std::uint64_t failed = 0;
  for (const TileReport& report : tile_reports()) {
    if (report.asked() == 0) continue;
    const bool ordinary = report.local == report.asked();
    const bool all_well = report.failed.empty() && report.absent == 0;
    spdlog::log(ordinary   ? spdlog::level::debug
                : all_well ? spdlog::level::info
                           : spdlog::level::warn,
                "{}: {} tile{}: {}", report.source, report.asked(), report.asked() == 1 ? "" : "s",
                counts_text(report));
    for (const std::string& note : report.notes) spdlog::warn("{}: {}", report.source, note);
    name_failed(report, a.allow_missing);
    failed += report.failed.size();
    if (report.fetched + report.cached + report.local == 0 && report.failed.empty() &&
        !stop_flag().requested())
      spdlog::warn("{}: not one of its tiles was there: check zoom and bounds", report.source);
  }
  if (failed == 0 || a.allow_missing) return status;
  spdlog::error(
      "{} tile{} failed and {} nodata in what was made; run it again (what was fetched is kept), or say "
      "--allow-missing-tiles",
      failed, failed == 1 ? "" : "s", failed == 1 ? "is" : "are");
  return status == 0 ? 1 : status;
}

}  // namespace terramask::tools
