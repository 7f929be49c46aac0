// Writes many tiles into one COG.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <numeric>
#include <set>

#include "geo/base/coverage.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/mosaic/aligned_tile.hpp"
#include "geo/mosaic/mosaic_classes.hpp"
#include "geo/mosaic/mosaic_cog.hpp"
#include "geo/style/mask_classes.hpp"
#include "terramask/mask_writer.hpp"
#include "terramask/output.hpp"

namespace terramask {
namespace {

constexpr std::size_t kMostValues = 255;

void order_tiles(std::vector<std::string>& tiles, TilePriority priority) {
  if (priority == TilePriority::first) std::reverse(tiles.begin(), tiles.end());
  if (priority != TilePriority::newest) return;
  const auto age = [](const std::string& path) {
    std::error_code unknown;
    const auto time = std::filesystem::last_write_time(path, unknown);
    return unknown ? std::filesystem::file_time_type::min() : time;
  };
  std::stable_sort(tiles.begin(), tiles.end(),
                   [&](const std::string& a, const std::string& b) { return age(a) < age(b); });
}

std::uint64_t pixels_of(const Window& window) {
  return static_cast<std::uint64_t>(window.width * window.height);
}

/// Calls `work(window)` for windows that cover the grid, and reports progress.
template <class F>
void for_each_window(const Grid& grid, std::int64_t side, const std::string& phase,
                     const ProgressSink& progress, const StopFlag* stop, const F& work) {
  Progress state{phase, "pixels", 0, pixels_of(grid.extent())};
  for (std::int64_t y = 0; y < grid.height; y += side)
    for (std::int64_t x = 0; x < grid.width; x += side) {
      if (stop != nullptr) stop->check();
      const Window window = intersect({x, y, side, side}, grid.extent());
      work(window);
      state.done += pixels_of(window);
      if (progress) progress(state);
    }
}

/// The mosaic's values as mask values: invalid pixels are the mask's nodata.
class ClassTiles {
 public:
  ClassTiles(geo::MosaicSource& source, int nodata)
      : source_(source), nodata_(static_cast<std::uint16_t>(nodata)) {}

  std::span<std::uint16_t> read(const Window& window) {
    values_.resize(pixels_of(window));
    alpha_.resize(pixels_of(window));
    source_.read(window, 0, std::span(values_));
    source_.read_alpha(window, std::span(alpha_));
    const std::optional<double> nodata = source_.nodata();
    for (std::size_t i = 0; i < values_.size(); ++i)
      if (alpha_[i] == 0 || (nodata && static_cast<double>(values_[i]) == *nodata)) values_[i] = nodata_;
    return values_;
  }

 private:
  geo::MosaicSource& source_;
  std::uint16_t nodata_;
  std::vector<std::uint16_t> values_, alpha_;
};

/// Classes of tiles without class names: their values, in the palette's colours.
std::vector<ClassInfo> find_values(geo::MosaicSource& source, const ProgressSink& progress,
                                   const StopFlag* stop) {
  std::set<std::uint16_t> values;
  ClassTiles tiles(source, 65535);
  for_each_window(source.grid(), 2048, "looking for values", progress, stop, [&](const Window& window) {
    std::uint16_t last = 65535;
    for (const std::uint16_t value : tiles.read(window)) {
      if (value != last && value != 65535) values.insert(value);
      last = value;
    }
    if (values.size() > kMostValues)
      throw Error(ErrorCode::mismatch,
                  fmt::format("the tiles hold more than {} values and name no classes", kMostValues),
                  "are they images? Then say `contents=continuous`");
  });
  std::vector<ClassInfo> classes;
  for (const std::uint16_t value : values) {
    const std::string color = source.palette_color(value);
    const auto gray = static_cast<unsigned>(40 + 170 * classes.size() / values.size());
    classes.push_back({value, fmt::format("class {}", value),
                       color.empty() ? fmt::format("#{0:02x}{0:02x}{0:02x}", gray) : color});
  }
  if (classes.empty())
    throw Error(ErrorCode::mismatch, "the tiles hold no valid pixel",
                "are their nodata values right? See `src_nodata`");
  return classes;
}

void write_classes(const MosaicOptions& options, geo::TileSurvey& survey, geo::MosaicSource& source,
                   MosaicSummary& summary, const ProgressSink& progress, const StopFlag* stop) {
  MaskOptions mask;
  mask.path = options.output;
  mask.grid = source.grid();
  mask.classes = survey.named_classes.empty() ? find_values(source, progress, stop) : survey.named_classes;
  // If a tile's nodata is also a class value, its name is meaningless.
  std::erase_if(mask.classes, [&](const ClassInfo& one) { return source.nodata() == one.value; });
  for (ClassInfo& one : mask.classes)
    if (!geo::parse_color(one.color)) one.color = "#808080";
  mask.metadata = survey.metadata;
  mask.creation_options = options.creation_options;
  mask.overwrite = options.overwrite;
  const auto writer = MaskWriter::create(mask);
  std::vector<bool> known(65536);
  for (const ClassInfo& one : mask.classes) known[static_cast<std::size_t>(one.value)] = true;
  const auto nodata = static_cast<std::uint16_t>(writer->nodata());
  ClassTiles tiles(source, nodata);
  for_each_window(mask.grid, 2048, "laying tiles", progress, stop, [&](const Window& window) {
    const std::span<const std::uint16_t> values = tiles.read(window);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] == nodata) continue;
      ++summary.valid_pixels;
      if (known[values[i]]) continue;
      const std::int64_t x = window.x + static_cast<std::int64_t>(i) % window.width;
      const std::int64_t y = window.y + static_cast<std::int64_t>(i) / window.width;
      throw Error(
          ErrorCode::mismatch,
          fmt::format("{}: holds {}, which is not a class of the tiles", source.tile_at(x, y), values[i]),
          "leave it out, or say with `src_nodata` that this value means nothing");
    }
    writer->write(window, values);
  });
  writer->finish(progress, stop);
  summary.classes = mask.classes;
  summary.bands = 1;
}

void write_values(const MosaicOptions& options, const geo::TileSurvey& survey, geo::MosaicSource& source,
                  MosaicSummary& summary, const ProgressSink& progress, const StopFlag* stop) {
  const auto cog = geo::MosaicCog::create(options, survey, source);
  summary.bands = cog->bands();
  const std::int64_t side = summary.bands > 4 ? 512 : 1024;
  for_each_window(source.grid(), side, "laying tiles", progress, stop,
                  [&](const Window& window) { summary.valid_pixels += cog->copy(window); });
  cog->finish(progress, stop);
}

}  // namespace

MosaicSummary write_mosaic(const MosaicOptions& options, const ProgressSink& progress, const StopFlag* stop) {
  const auto begin = std::chrono::steady_clock::now();
  MosaicSummary summary;
  check_output(options.output, options.overwrite, {});
  std::vector<std::string> paths = list_tiles(options.tiles, options.recursive);
  order_tiles(paths, options.priority);
  check_output(options.output, options.overwrite, paths);
  geo::TileSurvey survey = geo::survey_tiles(paths, options.contents, progress, stop);
  if (options.align)
    for (std::size_t i = 0; i < paths.size(); ++i)
      if (!geo::on_grid(survey.tiles[i].grid, survey.first.grid)) {
        paths[i] = geo::align_tile(survey.tiles[i], survey.first, survey.classes);
        ++summary.aligned;
      }
  std::string mosaic;
  try {
    mosaic = build_mosaic(paths, options.src_nodata, false, NodataRule::any);
  } catch (const Error& error) {
    if (error.remedy().find("to one grid first") == std::string::npos &&
        error.remedy().find("to the same CRS first") == std::string::npos)
      throw;
    throw Error(error.code(), error.message(), "`align` brings all tiles to the grid of the first");
  }
  geo::MosaicSource source(mosaic, survey.tiles, paths);
  if (survey.classes)
    write_classes(options, survey, source, summary, progress, stop);
  else
    write_values(options, survey, source, summary, progress, stop);
  summary.tiles = paths.size();
  summary.width = source.grid().width;
  summary.height = source.grid().height;
  summary.warnings = survey.warnings;
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return summary;
}

}  // namespace terramask
