// The job people run: a raster and a model in, a georeferenced mask out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "terramask/executor.hpp"
#include "terramask/mask_writer.hpp"
#include "terramask/model.hpp"
#include "terramask/output.hpp"
#include "terramask/progress.hpp"
#include "terramask/raster_reader.hpp"

namespace terramask {

/// On which grid the mask is written.
enum class OutputGrid : std::uint8_t {
  input,  ///< the raster's own: probabilities are resampled back where the model saw another pixel size
  model,  ///< the grid the model saw
};

struct SegmentOptions {
  RasterOptions raster;       ///< paths, bands override, resampling, assigned CRS and pixel size, nodata
  std::string output;         ///< path of the mask (.tif)
  std::string probabilities;  ///< path of the probabilities; empty: none
  ProbabilityType probability_type = ProbabilityType::byte;
  OutputGrid grid = OutputGrid::input;
  std::optional<std::array<double, 4>> bounds;  ///< xmin, ymin, xmax, ymax in bounds_crs
  std::string bounds_crs;                       ///< empty: the raster's
  std::string cutline;                          ///< polygon layer; outside it the mask is nodata
  std::optional<double> threshold;              ///< as ModelInfo's, in place of it; for two classes only
  std::int64_t tile = 0;  ///< side of the output tile in pixels of the working grid; 0: chosen by memory
  std::optional<std::int64_t> overlap;  ///< blend patches over this many pixels instead of exact tiling
  std::vector<std::string> creation_options;
  bool overwrite = false;
  bool confidence = false;                              ///< count SegmentSummary::confidence
  std::uint64_t memory_limit = 0;                       ///< bytes of device memory; 0: what the device has
  std::uint64_t cache_bytes = std::uint64_t{64} << 20;  ///< GDAL's block cache
};

/// What a run will take, without running it.
struct SegmentEstimate {
  Grid working_grid, output_grid;
  bool resampled = false;
  std::int64_t tile = 0;   ///< chosen output tile
  std::int64_t patch = 0;  ///< largest patch side (tile + halo on both sides)
  std::int64_t halo = 0, alignment = 1, stride = 1;
  std::int64_t tiles = 0;
  double work_factor = 1;  ///< pixels computed / pixels written
  double flops = 0;
  std::uint64_t device_bytes = 0, host_bytes = 0;
  DiskEstimate disk;
  std::vector<std::string> warnings;  ///< of the raster and the region; the model has its own
};

struct SegmentSummary {
  std::uint64_t pixels = 0;  ///< of the output
  std::uint64_t valid_pixels = 0;
  std::int64_t tiles = 0;
  std::int64_t tile = 0;  ///< the tile in the end (smaller where memory ran out)
  double seconds = 0;     ///< from the first tile to the output in its place
  double read_seconds = 0, compute_seconds = 0, write_seconds = 0;  ///< busy times of the three stages
  double device_idle = 0;                                           ///< share of the time the device waited
  std::vector<std::pair<ClassInfo, std::uint64_t>> counts;          ///< pixels by class
  std::optional<double> confidence;   ///< mean of the largest probability over valid pixels, where asked for
  std::vector<std::string> warnings;  ///< of the raster, the region and the run; the model has its own
};

/// A model on a device, ready for any number of rasters.
class Segmenter {
 public:
  /// `executor` options' memory_limit holds for all rasters. Folds and uploads the model.
  Segmenter(Model model, ExecutorOptions options);
  ~Segmenter();
  Segmenter(Segmenter&&) noexcept;
  Segmenter& operator=(Segmenter&&) noexcept;

  const Model& model() const;
  std::string device_name() const;

  SegmentEstimate estimate(const SegmentOptions& options);
  /// Reads, computes and writes at the same time, tile by tile; memory does not depend on the raster's size.
  /// Nothing stands under the output's name until the whole is written and verified. Where the device runs
  /// out of memory a smaller tile is taken; a lost device is opened once more.
  SegmentSummary run(const SegmentOptions& options, const ProgressSink& progress, const StopFlag* stop);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Whether a model and a raster fit: empty if so, else what is wrong, a line each.
std::vector<std::string> check_fit(const Model& model, const RasterOptions& raster);

}  // namespace terramask
