#include "geo/read/value_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "geo/read/ndsm.hpp"
#include "geo/read/stack.hpp"
#include "terramask/tiles.hpp"

namespace terramask::geo {
namespace {

constexpr std::int64_t kSide = 64;    // of a sample, in pixels
constexpr std::int64_t kSamples = 4;  // along each axis
constexpr double kClearly = 0.5;      // metres: less is noise of the two models
constexpr double kFew = 0.05;         // of the pixels: fewer outliers are not significant
constexpr std::array kFills{-9999.0, -32768.0, -32767.0, -99999.0, 0.0};  // usual fill values
constexpr double kNoLand = -1000;                                         // metres: no land is lower
constexpr double kOffset = 10;           // metres above the terrain where open ground may be hidden
constexpr double kNoOffset = 60;         // metres: no forest is this high everywhere
constexpr double kHighest = 300;         // metres: few objects are higher
constexpr double kMostOutliers = 0.002;  // of the pixels: most forests show some ground
constexpr double kMostPartial = 0.25;    // of the pixels that may be partly transparent: soft edges

/// Heights of a surface and its terrain, pixel by pixel, where both are valid.
struct SampledHeights {
  std::vector<float> surface, difference;

  std::size_t size() const { return difference.size(); }
  double terrain(std::size_t i) const { return static_cast<double>(surface[i]) - difference[i]; }
  double share(std::size_t of) const { return static_cast<double>(of) / static_cast<double>(size()); }
  /// The quantile of the differences.
  double difference_at(double part) const {
    std::vector<float> sorted = difference;
    const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(size() - 1));
    std::nth_element(sorted.begin(), at, sorted.end());
    return *at;
  }
};

SampledHeights sample_heights(const StackFacts& facts, std::size_t file, const BandChoice& band) {
  const auto reader = open_stack(facts.files, std::span(&band, 1), facts.nodata);
  FileFacts surface = facts.files[file].heights->front();
  surface.grid = facts.files[file].grid;
  const std::array files{facts.files.front(), surface};
  const BandChoice of_surface{1, height_band(surface), {}};
  const std::array<NodataOption, 2> nodata{};
  const auto surface_reader = open_stack(files, std::span(&of_surface, 1), nodata);
  SampledHeights sampled;
  std::vector<float> heights, above_sea;
  std::vector<std::uint8_t> valid, valid_surface;
  for (const Window& window : sample_windows(facts.grid().extent())) {
    const std::size_t count = pixels(window);
    heights.resize(count);
    above_sea.resize(count);
    valid.assign(count, 1);
    valid_surface.assign(count, 1);
    reader->read(window, {heights.data(), count}, valid);
    surface_reader->read(window, {above_sea.data(), count}, valid_surface);
    for (std::size_t i = 0; i < count; ++i) {
      if (valid[i] == 0 || valid_surface[i] == 0) continue;
      sampled.surface.push_back(above_sea[i]);
      sampled.difference.push_back(heights[i]);
    }
  }
  return sampled;
}

/// Throws if an undeclared fill value occurs among the heights.
/// @param height of a pixel
template <class Height>
void check_fill(const FileFacts& file, const SampledHeights& sampled, const Height& height) {
  const BandFacts& band = file.bands[static_cast<std::size_t>(height_band(file) - 1)];
  const auto refuse = [&](const std::string& value, std::size_t count) {
    throw Error(
        ErrorCode::mismatch,
        fmt::format("{}: its heights are {} in {:.3g}% of the pixels looked at and far from that in all "
                    "others: nodata that the file does not declare",
                    file.path, value, 100 * sampled.share(count)),
        fmt::format("declare it: `gdal_edit.py -a_nodata {} {}`", value, file.path));
  };
  std::size_t lowest = 0;
  for (std::size_t i = 0; i < sampled.size(); ++i) lowest += height(i) < -1e37 ? 1 : 0;
  if (lowest > 0) refuse("-3.4e38", lowest);
  for (const double stored : kFills) {
    const double fill = band.scale * stored + band.offset;
    const bool never = fill < kNoLand;
    std::size_t there = 0, near = 0;
    for (std::size_t i = 0; i < sampled.size(); ++i) {
      const double apart = std::abs(height(i) - fill);
      // The sea is 0 too, and in the other model as well.
      const bool odd = never || std::abs(sampled.difference[i]) > kOffset;
      if (odd && apart <= std::max(1e-3, 1e-6 * std::abs(fill)))
        ++there;
      else if (apart < kOffset)
        ++near;
    }
    const bool apart =
        sampled.share(near) <= kFew * sampled.share(there) && sampled.share(sampled.size() - there) >= kFew;
    if (never ? there > 0 : sampled.share(there) >= kFew && apart) refuse(fmt::format("{:g}", stored), there);
  }
}

/// Checks that the surface and the terrain match.
void check_heights(StackFacts& facts, std::size_t file) {
  const auto band = std::find_if(facts.bands.begin(), facts.bands.end(),
                                 [file](const BandChoice& one) { return one.file == file; });
  if (band == facts.bands.end()) return;
  const SampledHeights sampled = sample_heights(facts, file, *band);
  if (sampled.size() == 0) return;
  const auto& [dsm, dtm] = *facts.files[file].heights;
  check_fill(dsm, sampled, [&](std::size_t i) { return static_cast<double>(sampled.surface[i]); });
  check_fill(dtm, sampled, [&](std::size_t i) { return sampled.terrain(i); });
  const auto count = [&](const auto& is) {
    return static_cast<std::size_t>(std::ranges::count_if(sampled.difference, is));
  };
  const std::size_t above = count([](float h) { return h > kClearly; });
  const std::size_t below = count([](float h) { return h < -kClearly; });
  const std::size_t far = count([](float h) { return std::abs(h) > kHighest; });
  const double low = sampled.difference_at(kMostOutliers), high = sampled.difference_at(1 - kMostOutliers);
  const char* const one_datum =
      "bring both to one vertical datum (gdalwarp) and say their units with `gdal_edit.py -units UNIT` (m, "
      "ft, cm)";
  if (low > kNoOffset || high < -kNoOffset)
    throw Error(
        ErrorCode::mismatch,
        fmt::format("{}: lies {:.0f} m and more {} the terrain, {}, nearly everywhere: their vertical "
                    "datums or units differ",
                    dsm.path, low > 0 ? low : -high, low > 0 ? "above" : "below", dtm.path),
        one_datum);
  if (sampled.share(far) >= kFew)
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: lies more than {:.0f} m above or below the terrain, {}, in {:.0f}% of the "
                            "pixels looked at",
                            dsm.path, kHighest, dtm.path, 100 * sampled.share(far)),
                std::string(one_datum) + ", or declare what is nodata with `gdal_edit.py -a_nodata VALUE`");
  if (below > 2 * above && sampled.share(below) >= kFew)
    throw Error(
        ErrorCode::mismatch,
        fmt::format("{}: lies below the terrain, {}, in {:.0f}% of the pixels looked at, and above it in "
                    "{:.0f}%",
                    dsm.path, dtm.path, 100 * sampled.share(below), 100 * sampled.share(above)),
        "name the surface first: `ndsm=" + dtm.path + " " + dsm.path +
            "`, or correct the heights of one, if their datum or unit is another");
  if (count([](float h) { return h == 0; }) == sampled.size())
    facts.warnings.push_back(fmt::format(
        "{}: equals the terrain, {}, in all pixels looked at, so that all heights above it are 0: is "
        "one of the two the right file?",
        dsm.path, dtm.path));
  if (low > kOffset)
    facts.warnings.push_back(fmt::format(
        "{}: lies {:.0f} m and more above the terrain, {}, nearly everywhere, as closed forest does: "
        "if it is none, their vertical datums (ellipsoid, geoid) or units differ",
        dsm.path, low, dtm.path));
}

}  // namespace

std::vector<Window> sample_windows(const Window& extent) {
  std::vector<Window> windows;
  const auto begin = [](std::int64_t i, std::int64_t size) {
    return size <= kSamples * kSide ? i * kSide : (size - kSide) * i / (kSamples - 1);
  };
  for (std::int64_t row = 0; row < kSamples; ++row)
    for (std::int64_t column = 0; column < kSamples; ++column) {
      const Window window =
          intersect({begin(column, extent.width), begin(row, extent.height), kSide, kSide}, extent);
      if (!window.empty()) windows.push_back(window);
    }
  return windows;
}

std::string doubtful_alpha(GDALDataset& dataset, const std::string& path, int number) {
  GDALRasterBand& band = *dataset.GetRasterBand(number);
  std::map<double, std::size_t> shown;  // other values than 0
  std::vector<double> values;
  std::size_t all = 0, visible = 0;
  GdalErrors silence;  // read errors are reported by the next reader
  for (const Window& window : sample_windows({0, 0, band.GetXSize(), band.GetYSize()})) {
    values.resize(pixels(window));
    const auto width = static_cast<int>(window.width), height = static_cast<int>(window.height);
    if (band.RasterIO(GF_Read, static_cast<int>(window.x), static_cast<int>(window.y), width, height,
                      values.data(), width, height, GDT_Float64, 0, 0, nullptr) != CE_None)
      return {};
    all += values.size();
    for (const double value : values)
      if (value != 0) ++shown[value], ++visible;
  }
  std::size_t opaque = 0;  // whichever value denotes it
  for (const auto& [value, count] : shown) opaque = std::max(opaque, count);
  const double partial =
      static_cast<double>(visible - opaque) / static_cast<double>(std::max<std::size_t>(1, all));
  if (partial <= kMostPartial) return {};
  return fmt::format(
      "{}: band {} is called alpha, and {:.0f}% of its values are neither 0 nor opaque: is it near infrared? "
      "Pixels where it is 0 are taken as nodata (`no_alpha`: it is not alpha)",
      path, number, 100 * partial);
}

void check_values(StackFacts& facts) {
  for (std::size_t f = 0; f < facts.files.size(); ++f) {
    const FileFacts& file = facts.files[f];
    if (file.heights) {
      const auto& [dsm, dtm] = *file.heights;
      if (!is_tile_source(dsm.path) && !is_tile_source(dtm.path)) check_heights(facts, f);
      continue;
    }
    if (facts.nodata[f].no_alpha || is_tile_source(file.path)) continue;
    for (std::size_t b = 0; b < file.bands.size(); ++b) {
      const int number = static_cast<int>(b) + 1;
      const bool data = std::any_of(facts.bands.begin(), facts.bands.end(), [&](const BandChoice& one) {
        return one.file == f && one.band == number;
      });
      if (!file.bands[b].alpha() || data) continue;
      const DatasetPtr dataset = open_raster(file.path);
      if (std::string doubt = doubtful_alpha(*dataset, file.path, number); !doubt.empty())
        facts.warnings.push_back(std::move(doubt));
    }
  }
}

}  // namespace terramask::geo
