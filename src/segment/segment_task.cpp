#include "segment/segment_task.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "geo/read/credits.hpp"

namespace terramask::segment {

RasterOptions raster_options(const Model& model, RasterOptions options) {
  options.bands.clear();
  for (const ModelBand& band : model.info.bands) options.bands.push_back({band.name, band.type});
  options.pixel_size_m = model.info.pixel_size_m;
  if (!options.nodata_rule) options.nodata_rule = model.info.nodata_rule;
  return options;
}

SegmentTask::SegmentTask(const Model& model, const SegmentOptions& options)
    : model_(model), options_(options) {
  choose_threshold();
  options_.raster = raster_options(model, options_.raster);
  reader_ = RasterReader::open(options_.raster);
  choose_grid();
  const Grid& grid = back_ ? reader_->source_grid() : reader_->working_grid();
  region_ = RegionOfInterest::make(grid, options_.bounds, options_.bounds_crs, options_.cutline);
  output_grid_ = terramask::cut(grid, region_->window());
}

SegmentTask::SegmentTask(const Model& model, const SegmentOptions& options,
                         std::shared_ptr<RasterReader> reader, std::shared_ptr<const RegionOfInterest> region)
    : model_(model), options_(options), reader_(std::move(reader)), region_(std::move(region)) {
  choose_threshold();
  choose_grid();
  const Grid& grid = back_ ? reader_->source_grid() : reader_->working_grid();
  output_grid_ = terramask::cut(grid, region_->window());
}

void SegmentTask::choose_threshold() {
  if (options_.threshold && model_.info.classes.size() != 2)
    throw Error(
        ErrorCode::usage,
        fmt::format("{}: has {} classes, a threshold needs two", model_.path, model_.info.classes.size()),
        "leave `threshold` out");
  if (options_.threshold && !(*options_.threshold > 0 && *options_.threshold < 1))
    throw Error(ErrorCode::usage, fmt::format("a threshold of {}", *options_.threshold),
                "choose one above 0 and below 1");
  threshold_ = options_.threshold ? options_.threshold : model_.info.threshold;
  // The larger of two probabilities is the one above 0.5, and the device finds it.
  if (threshold_ == 0.5) threshold_.reset();
}

void SegmentTask::choose_grid() {
  const bool other_grid = reader_->resampled() && options_.grid == OutputGrid::input;
  if (other_grid && blending())
    throw Error(ErrorCode::usage, reader_->name() + ": `overlap` blends on the grid that the model sees",
                "add `grid=model`, or leave `overlap` out");
  if (other_grid) back_.emplace(reader_->scale(), reader_->working_grid(), reader_->source_grid());
}

NetworkOutputs SegmentTask::outputs() const {
  if (blending()) return {.mask = false, .probabilities = false, .logits = true};
  const bool from_probabilities = back_.has_value() || threshold_.has_value();
  return {.mask = !from_probabilities,
          .probabilities = from_probabilities || !options_.probabilities.empty() || options_.confidence,
          .logits = false};
}

void SegmentTask::cut(const Footprint& footprint, std::int64_t tile) {
  alignment_ = footprint.alignment;
  const Grid& grid = reader_->working_grid();
  const std::int64_t longest = std::max(grid.width, grid.height);
  tile_ = ceil_to(std::clamp<std::int64_t>(tile, 1, longest), footprint.alignment);
  TilingOptions tiling{.raster = {grid.width, grid.height},
                       .pad_multiple = model_.info.pad_multiple,
                       .footprint = footprint,
                       .tile = tile_,
                       .margin = back_ ? back_->margin() : 0,
                       .region = back_ ? back_->working_window(region_->window()) : region_->window()};
  if (blending()) {
    // Whatever is larger than a tile is refused: the sum must not overflow before that.
    overlap_ = ceil_to(std::clamp<std::int64_t>(*options_.overlap, 0, tile_ + 1), footprint.stride);
    if (overlap_ > tile_)
      throw Error(ErrorCode::usage,
                  fmt::format("`overlap` {} is larger than the tile of {}", *options_.overlap, tile_),
                  "give a smaller `overlap` or a larger `tile`");
    tiles_ = overlapping_tiles(tiling, overlap_);
    return;
  }
  tiles_ = exact_tiles(tiling);
  if (back_)
    std::erase_if(tiles_,
                  [&](const Tile& t) { return intersect(output_window(t), region_->window()).empty(); });
}

// Origins that differ by whole tiles are the same to the network.
TileGrid SegmentTask::grid(const Window& patch) const {
  if (blending()) return {};
  return {.alignment = alignment_,
          .margin = back_ ? back_->margin() : 0,
          .origin = {patch.y % alignment_, patch.x % alignment_}};
}

Window SegmentTask::largest_patch() const {
  Window largest;
  for (const Tile& tile : tiles_) {
    if (tile.patch.width > largest.width) largest.x = tile.patch.x, largest.width = tile.patch.width;
    if (tile.patch.height > largest.height) largest.y = tile.patch.y, largest.height = tile.patch.height;
  }
  return largest;
}

Window SegmentTask::output_window(const Tile& tile) const {
  return back_ ? back_->source_window(tile.output) : tile.output;
}

std::vector<std::string> SegmentTask::warnings() const {
  std::vector<std::string> all = reader_->warnings();
  all.insert(all.end(), region_->warnings().begin(), region_->warnings().end());
  return all;
}

std::string without_result_text(const Model& model, std::uint64_t without_result, std::uint64_t valid_pixels,
                                const std::string& where) {
  return fmt::format(
      "{}: gives no finite number for {} of {} pixels of {}{}: its weights, or the raster's values, are too "
      "large to be computed with",
      model.path, without_result, without_result + valid_pixels, where,
      valid_pixels > 0 ? ", which are nodata" : "");
}

std::int64_t smaller_tile(std::int64_t tile, std::int64_t alignment) {
  return std::max(alignment, floor_to(tile * 3 / 4, alignment));
}

std::int64_t fit_tile(SegmentTask& task, const NetworkRunner& runner, std::int64_t tile) {
  for (;;) {
    task.cut(runner.footprint(), tile);
    try {
      const Window patch = task.largest_patch();
      (void)runner.plan(patch.height, patch.width, task.outputs(), task.grid(patch));
      return task.tile();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::out_of_memory || task.tile() <= runner.footprint().alignment) throw;
      tile = smaller_tile(task.tile(), runner.footprint().alignment);
    }
  }
}

MaskOptions mask_options(const SegmentTask& task, const Model& model, const std::string& path) {
  std::map<std::string, std::string> metadata{
      {"TERRAMASK_VERSION", TERRAMASK_VERSION},
      {"TERRAMASK_MODEL", std::filesystem::path(model.path).filename().string()},
      {"TERRAMASK_MODEL_SHA256", model.sha256},
      {"TERRAMASK_NETWORK", model.info.network.architecture}};
  geo::write_credits(task.reader().credits(), metadata);
  return {.path = path,
          .grid = task.output_grid(),
          .classes = model.info.classes,
          .metadata = std::move(metadata),
          .creation_options = task.options().creation_options,
          .overwrite = task.options().overwrite};
}

}  // namespace terramask::segment
