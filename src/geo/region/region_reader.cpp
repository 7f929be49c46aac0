#include "geo/region/region_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "geo/read/credits.hpp"
#include "geo/read/working_grid.hpp"
#include "geo/region/laid_sources.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

/// Everything that is decided when a region is opened; shared by its clones.
struct LaidDecisions {
  RegionReaderOptions options;
  std::shared_ptr<const SourceMap> source, working;
  WorkingGrid grid;
  std::optional<PixelSize> pixel_size;
  std::vector<BandRequest> found;
  Credits credits;
  std::vector<std::string> warnings;
  std::string name;
};

class LaidReader final : public RegionReader {
 public:
  explicit LaidReader(std::shared_ptr<const LaidDecisions> decisions)
      : decisions_(std::move(decisions)),
        source_(decisions_->source, decisions_->found.size(), decisions_->options.most_open),
        working_(decisions_->working, decisions_->found.size(), decisions_->options.most_open) {}

  std::unique_ptr<RasterReader> clone() const override { return std::make_unique<LaidReader>(decisions_); }
  const Grid& source_grid() const override { return decisions_->source->grid(); }
  const Grid& working_grid() const override { return decisions_->grid.grid; }
  bool resampled() const override { return decisions_->grid.resampled; }
  std::array<double, 2> scale() const override { return decisions_->grid.scale; }
  std::array<double, 2> reach() const override {
    double reach = 0.5;
    for (std::size_t axis = 0; axis < 2; ++axis) reach = std::max(reach, 1.5 + 0.5 / scale()[axis]);
    return {reach, reach};
  }
  std::optional<PixelSize> pixel_size() const override { return decisions_->pixel_size; }
  std::size_t bands() const override { return decisions_->found.size(); }
  const std::vector<BandRequest>& found_bands() const override { return decisions_->found; }
  const std::vector<std::string>& warnings() const override { return decisions_->warnings; }
  Credits credits() const override { return decisions_->credits; }
  const std::string& name() const override { return decisions_->name; }
  void advise(const Window& window) override {
    const Window inside = intersect(window, working_grid().extent());
    if (!inside.empty()) working_.advise(inside);
  }

  void read(const Window& window, std::span<float> values, std::span<std::uint8_t> valid) override {
    if (intersect(window, working_grid().extent()) != window || valid.size() != pixels(window) ||
        values.size() != valid.size() * bands())
      throw Error(ErrorCode::internal, "a region was read through a window that does not fit");
    std::fill(valid.begin(), valid.end(), std::uint8_t{1});
    if (!window.empty()) working_.read(window, {values.data(), valid.size()}, valid);
  }

  void read_source_validity(const Window& window, std::span<std::uint8_t> valid) override {
    if (intersect(window, source_grid().extent()) != window || valid.size() != pixels(window))
      throw Error(ErrorCode::internal, "a region was read through a window that does not fit");
    std::fill(valid.begin(), valid.end(), std::uint8_t{1});
    scratch_.resize(valid.size() * bands());
    if (!window.empty()) source_.read(window, {scratch_.data(), valid.size()}, valid);
  }

  std::vector<std::size_t> sources_of(const Window& window) const override {
    return decisions_->source->meeting(window);
  }

 private:
  std::shared_ptr<const LaidDecisions> decisions_;
  LaidSources source_;
  LaidSources working_;
  std::vector<float> scratch_;
};

}  // namespace

std::shared_ptr<RegionReader> RegionReader::make(std::vector<RegionSource> sources,
                                                 const RegionReaderOptions& options) {
  const auto readable =
      std::find_if(sources.begin(), sources.end(), [](const RegionSource& s) { return s.facts != nullptr; });
  if (readable == sources.end())
    throw Error(ErrorCode::not_found,
                sources.empty() ? "the region has no source"
                                : "no source of the region can be read: " + sources.front().fault,
                "see that the sources are there");
  auto decisions = std::make_shared<LaidDecisions>();
  LaidDecisions& d = *decisions;
  d.options = options;
  d.found = readable->facts->found;
  d.name = fmt::format("a region of {} source{}", sources.size(), sources.size() == 1 ? "" : "s");
  for (const RegionSource& source : sources)
    if (source.facts) add_credits(d.credits, source.facts->credits);
  d.pixel_size = ground_pixel_size(options.grid);
  RasterOptions raster;
  raster.pixel_size_m = options.pixel_size_m;
  raster.resample = options.resample;
  d.grid = geo::working_grid(options.grid, d.pixel_size, raster, d.name, d.warnings);
  const auto shared = std::make_shared<const std::vector<RegionSource>>(std::move(sources));
  d.source = std::make_shared<const SourceMap>(shared, options.grid);
  d.working = d.grid.resampled ? std::make_shared<const SourceMap>(shared, d.grid.grid) : d.source;
  return std::make_shared<LaidReader>(std::move(decisions));
}

}  // namespace terramask::geo
