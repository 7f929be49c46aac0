#include "terramask/raster_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "geo/base/crs.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/read/grid_reader.hpp"
#include "geo/read/rescale.hpp"
#include "geo/read/stack.hpp"
#include "geo/read/stack_facts.hpp"
#include "geo/read/working_grid.hpp"

namespace terramask {
namespace {

/// Everything that is decided when a raster is opened; shared by its clones.
struct WorkingDecisions : geo::StackFacts {
  std::array<double, 2> reach{0.5, 0.5};
  std::optional<PixelSize> pixel_size;
  geo::WorkingGrid working;
};

class WorkingReader final : public RasterReader {
 public:
  explicit WorkingReader(std::shared_ptr<const WorkingDecisions> decisions)
      : decisions_(std::move(decisions)),
        source_(geo::open_stack(decisions_->files, decisions_->bands, decisions_->nodata)) {
    if (decisions_->working.resampled) {
      working_ = std::make_unique<geo::RescaledReader>(*source_, source_grid().extent(),
                                                       decisions_->working.scale, bands());
    }
  }

  std::unique_ptr<RasterReader> clone() const override { return std::make_unique<WorkingReader>(decisions_); }

  const Grid& source_grid() const override { return decisions_->files.front().grid; }
  const Grid& working_grid() const override { return decisions_->working.grid; }
  bool resampled() const override { return decisions_->working.resampled; }
  std::array<double, 2> scale() const override { return decisions_->working.scale; }
  std::array<double, 2> reach() const override { return decisions_->reach; }
  std::optional<PixelSize> pixel_size() const override { return decisions_->pixel_size; }
  std::size_t bands() const override { return decisions_->bands.size(); }
  const std::vector<BandRequest>& found_bands() const override { return decisions_->found; }
  const std::vector<std::string>& warnings() const override { return decisions_->warnings; }
  Credits credits() const override { return decisions_->credits; }
  const std::string& name() const override { return decisions_->name; }

  void advise(const Window& window) override {
    (working_ ? *working_ : *source_).advise(intersect(window, working_grid().extent()));
  }

  void read(const Window& window, std::span<float> values, std::span<std::uint8_t> valid) override {
    check(window, working_grid(), valid.size());
    if (values.size() != valid.size() * bands()) {
      throw Error(ErrorCode::internal,
                  fmt::format("{}: {} values asked for, {} bands of {} pixels hold others", name(),
                              values.size(), bands(), valid.size()));
    }
    std::fill(valid.begin(), valid.end(), std::uint8_t{1});
    if (window.empty()) return;
    (working_ ? *working_ : *source_).read(window, {values.data(), valid.size()}, valid);
  }

  void read_source_validity(const Window& window, std::span<std::uint8_t> valid) override {
    check(window, source_grid(), valid.size());
    std::fill(valid.begin(), valid.end(), std::uint8_t{1});
    if (window.empty() || source_->always_valid()) return;
    scratch_.resize(valid.size() * bands());
    source_->read(window, {scratch_.data(), valid.size()}, valid);
  }

 private:
  void check(const Window& window, const Grid& grid, std::size_t count) const {
    if (intersect(window, grid.extent()) != window || geo::pixels(window) != count) {
      throw Error(
          ErrorCode::internal,
          fmt::format("{}: window {}, {}, {} x {} with room for {} pixels on a grid of {} x {}", name(),
                      window.x, window.y, window.width, window.height, count, grid.width, grid.height));
    }
  }

  std::shared_ptr<const WorkingDecisions> decisions_;
  std::unique_ptr<geo::GridReader> source_;   ///< on the source grid
  std::unique_ptr<geo::GridReader> working_;  ///< on the working grid, if different
  std::vector<float> scratch_;
};

std::optional<PixelSize> measure_pixel(const Grid& grid, const RasterOptions& options,
                                       const std::string& name) {
  if (!options.assumed_pixel_size_m) return ground_pixel_size(grid);
  const double size = *options.assumed_pixel_size_m;
  if (!(size > 0) || !std::isfinite(size)) {
    throw Error(ErrorCode::usage,
                fmt::format("{}: `assumed_pixel_size_m` {} is not a positive number of metres", name, size));
  }
  return PixelSize{size, size};
}

}  // namespace

std::unique_ptr<RasterReader> RasterReader::open(const RasterOptions& options) {
  auto decisions = std::make_shared<WorkingDecisions>();
  WorkingDecisions& d = *decisions;
  static_cast<geo::StackFacts&>(d) = geo::describe_stack(options);
  const Grid& grid = d.files.front().grid;
  if (!grid.has_geotransform) {
    d.warnings.push_back(d.name + ": no geotransform: neither it nor the output is georeferenced");
  } else if (grid.crs.empty()) {
    d.warnings.push_back(
        d.name + ": no coordinate reference system, so the output will have none (`crs` assigns one)");
  }
  for (const geo::FileFacts& file : d.files)
    if (std::string note = geo::local_crs_note(file.path, file.grid, d.name, grid); !note.empty())
      d.warnings.push_back(std::move(note));
  d.pixel_size = measure_pixel(grid, options, d.name);
  d.working = geo::working_grid(grid, d.pixel_size, options, d.name, d.warnings);
  d.reach = geo::stack_reach(d.files);
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const double scale = d.working.scale[axis];
    // A resampled pixel's taps: a box as wide as the pixel, or one source pixel, and the pixels it touches.
    if (d.working.resampled) d.reach[axis] += std::max(scale, 1.0) / 2 + 0.5;
    d.reach[axis] /= scale;
  }
  return std::make_unique<WorkingReader>(std::move(decisions));
}

}  // namespace terramask
