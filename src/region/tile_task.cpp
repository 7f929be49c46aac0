#include "region/tile_task.hpp"

#include <algorithm>
#include <filesystem>

#include "geo/style/mask_classes.hpp"
#include "geo/write/class_tally.hpp"

namespace terramask::region {
namespace {

namespace fs = std::filesystem;

/// The part of a region that is one tile.
class TileRegion final : public RegionOfInterest {
 public:
  /// @param polygons null where the region has none
  TileRegion(const Window& window, std::shared_ptr<const RegionOfInterest> polygons)
      : window_(window), polygons_(std::move(polygons)) {}
  const Window& window() const override { return window_; }
  const std::vector<std::string>& warnings() const override { return warnings_; }  // the region's are told
  /// Asked for windows inside the tile alone.
  void mask(const Window& window, std::span<std::uint8_t> inside) const override {
    if (polygons_) polygons_->mask(window, inside);
  }

 private:
  Window window_;
  std::shared_ptr<const RegionOfInterest> polygons_;
  std::vector<std::string> warnings_;
};

SegmentOptions tile_options(const RegionPlan& plan, const RegionTile& tile, const std::string& folder) {
  SegmentOptions options;
  options.output = (fs::path(folder) / mask_path(tile)).string();
  if (plan.job.probabilities) options.probabilities = (fs::path(folder) / probabilities_path(tile)).string();
  options.probability_type = plan.job.probability_type;
  options.threshold = plan.job.threshold;
  options.creation_options = plan.job.creation_options;
  const auto named = [&](const char* name) {
    return std::any_of(plan.job.creation_options.begin(), plan.job.creation_options.end(),
                       [name](const std::string& one) { return one.starts_with(name); });
  };
  // Tiles are written side by side, each by one thread, and compressing is the larger part of it: the lowest
  // level takes a third of the time for a tenth more bytes.
  if (!named("NUM_THREADS=")) options.creation_options.emplace_back("NUM_THREADS=1");
  if (!named("COMPRESS=") && !named("LEVEL=")) options.creation_options.emplace_back("LEVEL=1");
  options.overwrite = true;
  options.confidence = true;
  return options;
}

/// Ground by class; nothing where the CRS does not tell what some pixel covers.
std::vector<double> areas_of(const Grid& grid, const std::vector<ClassInfo>& classes,
                             std::span<const std::uint16_t> mask) {
  geo::ClassTally tally(grid, classes, geo::nodata_for(classes));
  tally.add(grid.extent(), mask);
  std::vector<double> areas;
  for (std::size_t i = 0; tally.has_areas() && i < classes.size(); ++i) areas.push_back(tally.area(i));
  return areas;
}

}  // namespace

/// A tile's mask in memory, so that it is written in one piece: what a file holds of sums then has one order.
class TileTask::Gathered final : public MaskWriter {
 public:
  Gathered(const Grid& grid, int nodata)
      : width_(grid.width),
        nodata_(nodata),
        values_(static_cast<std::size_t>(grid.width * grid.height), static_cast<std::uint16_t>(nodata)) {}
  void write(const Window& window, std::span<const std::uint16_t> values) override {
    for (std::int64_t row = 0; row < window.height; ++row)
      std::copy_n(values.begin() + row * window.width, window.width,
                  values_.begin() + (window.y + row) * width_ + window.x);
  }
  int nodata() const override { return nodata_; }
  void complete(const ProgressSink&, const StopFlag*) override {}
  void put_in_place() override {}
  std::span<const std::uint16_t> values() const { return values_; }

 private:
  std::int64_t width_;
  int nodata_;
  std::vector<std::uint16_t> values_;
};

TileTask::TileTask(const RegionPlan& plan, const Model& model, JournalTile tile, const std::string& folder)
    : SegmentTask(
          model, tile_options(plan, tile.tile, folder), plan.reader,
          std::make_shared<TileRegion>(tile.tile.window,
                                       plan.job.cutline.empty() && !plan.job.bounds ? nullptr : plan.region)),
      model_(model),
      tile_(std::move(tile)) {}

TileTask::~TileTask() = default;

bool TileTask::add(segment::TileResult& result) {
  const std::lock_guard lock(mutex_);
  if (given_up_) return false;
  if (!maker_) {
    fs::create_directories(fs::path(options().output).parent_path());
    mask_ = std::make_unique<Gathered>(output_grid(), geo::nodata_for(model_.info.classes));
    if (!options().probabilities.empty())
      probabilities_ = ProbabilityWriter::create(mask_options(*this, model_, options().probabilities),
                                                 options().probability_type);
    maker_ = std::make_unique<segment::MaskMaker>(*this, model_, *mask_, probabilities_.get());
  }
  maker_->add(result);
  return ++added_ == tiles().size();
}

JournalTile TileTask::finish(const StopFlag* stop) {
  const auto mask = MaskWriter::create(mask_options(*this, model_, options().output));
  mask->write(output_grid().extent(), mask_->values());
  tile_.tile.areas = areas_of(output_grid(), model_.info.classes, mask_->values());
  mask_.reset();
  if (probabilities_) probabilities_->complete({}, stop);
  mask->complete({}, stop);
  if (probabilities_) probabilities_->put_in_place();
  mask->put_in_place();
  RegionTile& t = tile_.tile;
  t.status = TileStatus::done;
  t.pixels = maker_->pixels();
  t.valid = maker_->valid_pixels();
  t.without_result = maker_->without_result();
  t.confidence = maker_->mean_confidence();
  t.counts = maker_->counts();
  t.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  tile_.bytes = fs::file_size(options().output);
  return tile_;
}

}  // namespace terramask::region
