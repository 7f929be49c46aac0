// A raster to segment: its reader, the output grid, and the division into tiles.
#pragma once

#include <memory>
#include <optional>

#include "segment/network_runner.hpp"
#include "segment/resample_back.hpp"
#include "segment/tiling.hpp"
#include "terramask/segment.hpp"

namespace terramask::segment {

class SegmentTask {
 public:
  SegmentTask(const Model& model, const SegmentOptions& options);
  /// Of a reader that already exists (made for this model: raster_options) and a region on its grid;
  /// several tasks may share both. `options` then name no raster, bounds or cutline.
  SegmentTask(const Model& model, const SegmentOptions& options, std::shared_ptr<RasterReader> reader,
              std::shared_ptr<const RegionOfInterest> region);

  /// Cuts the raster; the tile is rounded up to the alignment and never larger than the raster.
  void cut(const Footprint& footprint, std::int64_t tile);

  RasterReader& reader() const { return *reader_; }
  const SegmentOptions& options() const { return options_; }
  /// The grid of the raster that is written, already cut to the region.
  const Grid& output_grid() const { return output_grid_; }
  const RegionOfInterest& region() const { return *region_; }
  /// Set where probabilities go back to another grid.
  const std::optional<ResampleBack>& resample_back() const { return back_; }
  NetworkOutputs outputs() const;
  /// The probability above which a pixel is of the second class, where that is not the larger one's (0.5).
  std::optional<double> threshold() const { return threshold_; }
  bool blending() const { return options_.overlap.has_value(); }
  std::int64_t overlap() const { return overlap_; }

  const std::vector<Tile>& tiles() const { return tiles_; }
  std::int64_t tile() const { return tile_; }
  /// The largest patch, to be compiled first.
  Window largest_patch() const;
  /// Where a patch stands among the tiles.
  TileGrid grid(const Window& patch) const;
  /// The output window of a tile, in pixels of the whole (uncut) output grid.
  Window output_window(const Tile& tile) const;
  /// Notes for the user.
  std::vector<std::string> warnings() const;

 private:
  const Model& model_;
  SegmentOptions options_;
  void choose_threshold();
  void choose_grid();

  std::shared_ptr<RasterReader> reader_;
  std::optional<ResampleBack> back_;
  std::shared_ptr<const RegionOfInterest> region_;
  Grid output_grid_;
  std::vector<Tile> tiles_;
  std::int64_t tile_ = 0, alignment_ = 1;
  std::int64_t overlap_ = 0;
  std::optional<double> threshold_;
};

/// A tile that the device has memory for: the one wanted, or as much of it as fits, in steps of three
/// quarters. The task is cut by it.
std::int64_t fit_tile(SegmentTask& task, const NetworkRunner& runner, std::int64_t tile);

/// Reports that the network's output is not finite for some pixels, which are nodata.
std::string without_result_text(const Model& model, std::uint64_t without_result, std::uint64_t valid_pixels,
                                const std::string& where);

/// Less by at least one step of the alignment, which tiles are rounded up to, and at least one step.
std::int64_t smaller_tile(std::int64_t tile, std::int64_t alignment);

/// Options for writing a mask or its probabilities: grid, classes, the model's identity.
MaskOptions mask_options(const SegmentTask& task, const Model& model, const std::string& path);

/// Options for reading a raster as the model expects it, based on the given options.
RasterOptions raster_options(const Model& model, RasterOptions options);

}  // namespace terramask::segment
