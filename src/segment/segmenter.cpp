#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "geo/base/creation_options.hpp"
#include "geo/write/writer_memory.hpp"
#include "segment/mask_maker.hpp"
#include "segment/pipeline.hpp"
#include "segment/segment_task.hpp"
#include "terramask/output.hpp"
#include "terramask/segment.hpp"

namespace terramask {

using segment::fit_tile;
using segment::mask_options;
using segment::NetworkRunner;
using segment::SegmentTask;

namespace {

constexpr std::int64_t kDefaultTile = 1024;
constexpr std::uint64_t kProgram = std::uint64_t{60} << 20;  // with its libraries, before any work

/// The working files that are kept in memory, and as much of GDAL's cache as there are blocks for.
std::uint64_t files_memory(const SegmentTask& task, std::size_t classes, const SegmentOptions& options) {
  std::uint64_t kept = 0, cached = 0;
  const auto add = [&](std::size_t pixel_bytes, int block) {
    const geo::WriterMemory memory =
        geo::writer_memory(task.output_grid(), static_cast<std::int64_t>(pixel_bytes), block);
    if (memory.in_memory) kept += memory.working;
    cached += memory.cached;
  };
  add(classes > 255 ? 2 : 1, 512);
  if (!options.probabilities.empty()) {
    const std::size_t value = options.probability_type == ProbabilityType::byte ? 1 : sizeof(float);
    add(classes * value, geo::probability_block(classes, value));
  }
  const Grid& source = task.reader().source_grid();
  for (const BandRequest& band : task.reader().found_bands())
    cached += (band.type == "Byte" ? 1 : sizeof(float)) * static_cast<std::uint64_t>(source.width) *
              static_cast<std::uint64_t>(source.height);
  return kept + std::min(cached, options.cache_bytes);
}

void check_outputs(const SegmentOptions& options) {
  std::vector<std::string> inputs = options.raster.paths;
  for (const HeightPair& heights : options.raster.ndsm)
    inputs.insert(inputs.end(), {heights.dsm, heights.dtm});
  check_output(options.output, options.overwrite, inputs);
  if (options.probabilities.empty()) return;
  inputs.push_back(options.output);
  check_output(options.probabilities, options.overwrite, inputs);
}

}  // namespace

struct Segmenter::State {
  std::shared_ptr<const Model> model;
  ExecutorOptions executor;
  std::unique_ptr<NetworkRunner> runner;

  void open() { runner = std::make_unique<NetworkRunner>(model, executor); }

  SegmentSummary run(SegmentTask& task, const ProgressSink& progress, const StopFlag* stop) {
    const auto start = std::chrono::steady_clock::now();
    const SegmentOptions& options = task.options();
    const auto mask = MaskWriter::create(mask_options(task, *model, options.output));
    std::unique_ptr<ProbabilityWriter> probabilities;
    if (!options.probabilities.empty())
      probabilities = ProbabilityWriter::create(mask_options(task, *model, options.probabilities),
                                                options.probability_type);

    segment::MaskMaker maker(task, *model, *mask, probabilities.get());
    const Grid& grid = task.output_grid();
    const auto total = static_cast<std::uint64_t>(grid.width) * static_cast<std::uint64_t>(grid.height);
    const auto report = [&](std::uint64_t done) {
      if (progress) progress({.phase = "segmenting", .unit = "pixels", .done = done, .total = total});
    };
    report(0);
    const segment::PipelineTimes times =
        segment::run_pipeline(task, *model, *runner, stop, [&](segment::TileResult& result) {
          maker.add(result);
          report(maker.pixels());
        });
    std::string without_result;
    if (maker.without_result() > 0)
      without_result = segment::without_result_text(*model, maker.without_result(), maker.valid_pixels(),
                                                    task.reader().name());
    if (!without_result.empty() && maker.valid_pixels() == 0)
      throw Error(ErrorCode::mismatch, without_result, "train it again, or correct the raster");
    if (probabilities) probabilities->complete(progress, stop);
    mask->complete(progress, stop);
    if (probabilities) probabilities->put_in_place();
    mask->put_in_place();

    SegmentSummary summary;
    summary.pixels = maker.pixels();
    summary.valid_pixels = maker.valid_pixels();
    summary.tiles = static_cast<std::int64_t>(task.tiles().size());
    summary.tile = task.tile();
    summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    summary.read_seconds = times.read;
    summary.compute_seconds = times.compute;
    summary.write_seconds = times.write;
    summary.device_idle = times.seconds > 0 ? times.idle / times.seconds : 0;
    for (std::size_t i = 0; i < model->info.classes.size(); ++i)
      summary.counts.emplace_back(model->info.classes[i], maker.counts()[i]);
    if (options.confidence) summary.confidence = maker.mean_confidence();
    summary.warnings = task.warnings();
    if (!without_result.empty()) summary.warnings.push_back(without_result);
    return summary;
  }
};

Segmenter::Segmenter(Model model, ExecutorOptions options) : state_(std::make_unique<State>()) {
  state_->model = std::make_shared<const Model>(std::move(model));
  state_->executor = std::move(options);
  state_->open();
}
Segmenter::~Segmenter() = default;
Segmenter::Segmenter(Segmenter&&) noexcept = default;
Segmenter& Segmenter::operator=(Segmenter&&) noexcept = default;

const Model& Segmenter::model() const {
  return *state_->model;
}
std::string Segmenter::device_name() const {
  return state_->runner->device_name();
}

SegmentEstimate Segmenter::estimate(const SegmentOptions& options) {
  SegmentTask task(*state_->model, options);
  const NetworkRunner& runner = *state_->runner;
  SegmentEstimate estimate;
  estimate.tile = fit_tile(task, runner, options.tile > 0 ? options.tile : kDefaultTile);
  const Window patch = task.largest_patch();
  const Plan plan = runner.plan(patch.height, patch.width, task.outputs(), task.grid(patch));
  double computed = 0;
  for (const segment::Tile& tile : task.tiles())
    computed += static_cast<double>(tile.patch.width) * static_cast<double>(tile.patch.height);
  const Grid& working = task.reader().working_grid();
  const double patch_pixels = static_cast<double>(patch.width) * static_cast<double>(patch.height);

  estimate.working_grid = working;
  estimate.output_grid = task.output_grid();
  estimate.resampled = task.reader().resampled();
  estimate.patch = std::max(patch.width, patch.height);
  estimate.halo = runner.footprint().halo;
  estimate.alignment = runner.footprint().alignment;
  estimate.stride = runner.footprint().stride;
  estimate.tiles = static_cast<std::int64_t>(task.tiles().size());
  // Pixels of the working grid that the output needs.
  const double output_pixels =
      static_cast<double>(task.output_grid().width) * static_cast<double>(task.output_grid().height);
  const auto scale = task.resample_back() ? task.reader().scale() : std::array<double, 2>{1, 1};
  estimate.work_factor = computed / std::max(1.0, output_pixels / (scale[0] * scale[1]));
  estimate.flops = plan.total_flops * computed / patch_pixels;

  std::uint64_t staging = 0, outputs = 0;
  for (const Output& output : plan.graph.outputs()) outputs += plan.graph.type(output.value).bytes();
  for (const Value& value : plan.graph.values())
    if (value.role == Role::input) staging += value.type.bytes();
  estimate.device_bytes = plan.arena_bytes + plan.parameter_bytes + 2 * (staging + outputs);
  // Patches and results in the queues and in the stages' hands, the weights, and what reads and writes.
  estimate.host_bytes = kProgram + 4 * staging + 4 * outputs + 2 * plan.parameter_bytes +
                        files_memory(task, state_->model->info.classes.size(), options);
  estimate.disk = estimate_disk(options.output, task.output_grid(), state_->model->info.classes.size(),
                                !options.probabilities.empty(), options.probability_type);
  estimate.warnings = task.warnings();
  return estimate;
}

SegmentSummary Segmenter::run(const SegmentOptions& options, const ProgressSink& progress,
                              const StopFlag* stop) {
  check_outputs(options);
  std::vector<std::string> warnings;
  bool reopened = false;
  std::int64_t tile = options.tile > 0 ? options.tile : kDefaultTile;
  for (;;) {
    SegmentTask task(*state_->model, options);
    try {
      const std::int64_t wanted = segment::ceil_to(tile, state_->runner->footprint().alignment);
      tile = fit_tile(task, *state_->runner, tile);
      SegmentSummary summary = state_->run(task, progress, stop);
      if (task.tile() < wanted && options.tile > 0 && task.tile() < options.tile && warnings.empty() &&
          task.tiles().size() > 1)
        warnings.push_back(fmt::format("the tile of {} does not fit the device's memory; took {}",
                                       options.tile, task.tile()));
      summary.warnings.insert(summary.warnings.end(), warnings.begin(), warnings.end());
      return summary;
    } catch (const Error& error) {
      const std::int64_t less = segment::smaller_tile(tile, state_->runner->footprint().alignment);
      const bool shrink = error.code() == ErrorCode::out_of_memory && less < tile;
      const bool again = error.code() == ErrorCode::device_lost && !reopened;
      if (!shrink && !again) throw;
      if (shrink) {
        warnings.push_back(fmt::format("{}: took a tile of {} instead of {}", error.message(), less, tile));
        tile = less;
      } else {
        warnings.push_back(error.message() + ": opened it once more and began again");
        reopened = true;
      }
      state_->runner.reset();
      state_->open();
    }
  }
}

std::vector<std::string> check_fit(const Model& model, const RasterOptions& raster) {
  try {
    (void)RasterReader::open(segment::raster_options(model, raster));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::mismatch && error.code() != ErrorCode::unsupported) throw;
    return {error.what()};
  }
  return {};
}

}  // namespace terramask
