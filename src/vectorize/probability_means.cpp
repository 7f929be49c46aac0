#include "vectorize/probability_means.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "geo/base/crs.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"

namespace terramask::vectors {
namespace {

constexpr double kTolerance = 1e-3;  // of probabilities beyond 0 and 1, and of a pixel

void check_same_grid(const Mask& mask, const geo::FileFacts& probabilities) {
  const Grid &a = mask.facts.grid, &b = probabilities.grid;
  bool same = a.width == b.width && a.height == b.height;
  if (same && a.has_geotransform && b.has_geotransform) {
    const auto width = static_cast<double>(a.width), height = static_cast<double>(a.height);
    for (const auto& [column, row] : {std::pair{0.0, 0.0}, std::pair{width, 0.0}, std::pair{0.0, height}}) {
      const auto world = b.to_world(column, row);
      const auto pixel = a.to_pixel(world[0], world[1]);
      same = same && std::abs(pixel[0] - column) < kTolerance * width &&
             std::abs(pixel[1] - row) < kTolerance * height;
    }
    same = same && (a.crs.empty() || b.crs.empty() || geo::same_crs(a.crs, b.crs));
  }
  if (!same)
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: does not lie on the grid of {} ({} x {} pixels; {} x {})",
                            probabilities.path, mask.facts.path, b.width, b.height, a.width, a.height),
                "name what `segment` wrote as `probabilities` with this mask");
}

}  // namespace

ProbabilityMeans::ProbabilityMeans(const std::string& path, const Mask& mask, const Patches& patches)
    : patches_(patches), path_(path), grid_(mask.grid), sums_(patches.size()) {
  const geo::DatasetPtr raster = geo::open_raster(path);
  const geo::FileFacts facts = geo::describe(*raster, path);
  check_same_grid(mask, facts);
  const std::set<std::int32_t> values(patches.value.begin() + 1, patches.value.end());
  std::vector<geo::BandSlot> slots;
  for (const std::int32_t value : values) {
    const ClassInfo info = mask.info(value);
    int chosen = 0;
    for (std::size_t band = 0; band < facts.bands.size(); ++band)
      if (!info.name.empty() && facts.bands[band].description == info.name)
        chosen = static_cast<int>(band) + 1;
    if (chosen == 0 && facts.bands.size() == mask.classes.size())
      for (std::size_t i = 0; i < mask.classes.size(); ++i)
        if (mask.classes[i].value == value) chosen = static_cast<int>(i) + 1;
    if (chosen == 0)
      throw Error(ErrorCode::mismatch,
                  fmt::format("{}: none of its bands is that of class {}", path,
                              info.name.empty() ? std::to_string(value) : info.name),
                  "name what `segment` wrote as `probabilities` with this mask");
    planes_[value] = slots.size();
    slots.push_back({chosen, slots.size()});
  }
  strip_rows_ = strip_rows(grid_, slots.size() * sizeof(float) + 1);
  reader_.emplace(facts, std::move(slots), geo::NodataOption{});
}

void ProbabilityMeans::read_strip(std::int64_t y) {
  strip_ = intersect({0, y, grid_.width, strip_rows_}, grid_.extent());
  values_.resize(planes_.size() * geo::pixels(strip_));
  valid_.assign(geo::pixels(strip_), 1);
  reader_->read(strip_, {values_.data(), geo::pixels(strip_)}, valid_);
}

void ProbabilityMeans::add_row(std::int64_t y, std::span<const Segment> row) {
  if (planes_.empty()) return;
  if (y >= strip_.y + strip_.height) read_strip(y);
  const std::size_t first = static_cast<std::size_t>(y - strip_.y) * static_cast<std::size_t>(grid_.width);
  std::size_t begin = 0;
  for (const Segment& segment : row) {
    const auto end = static_cast<std::size_t>(segment.end);
    if (segment.region != kOutside) {
      const std::size_t plane = planes_.at(patches_.value[segment.region]);
      const float* values = values_.data() + plane * geo::pixels(strip_) + first;
      Sum& sum = sums_[segment.region];
      for (std::size_t x = begin; x < end; ++x) {
        if (valid_[first + x] == 0) continue;
        const double probability = static_cast<double>(values[x]);
        if (!(probability >= -kTolerance && probability <= 1 + kTolerance))
          throw Error(
              ErrorCode::mismatch,
              fmt::format("{}: holds {:g} at column {}, row {}, which is not a probability", path_,
                          probability, x, y),
              "probabilities lie from 0 to 1; bytes need the band's scale of 1/254, as `segment` sets it");
        sum.sum += probability;
        ++sum.pixels;
      }
    }
    begin = end;
  }
}

std::optional<double> ProbabilityMeans::mean(Region region) const {
  const Sum& sum = sums_[region];
  if (sum.pixels == 0) return std::nullopt;
  return sum.sum / static_cast<double>(sum.pixels);
}

}  // namespace terramask::vectors
