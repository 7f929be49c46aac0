#include "geo/value_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "geo/gdal_support.hpp"
#include "geo/stack.hpp"
#include "terramask/tiles.hpp"

namespace terramask::geo {
namespace {

constexpr std::int64_t kSide = 64;     // of a sample, in pixels
constexpr std::int64_t kSamples = 4;   // along each axis
constexpr double kClearly = 0.5;       // metres: less is the noise of the two models
constexpr double kFew = 0.05;          // of the pixels: fewer that lie apart say nothing of all
constexpr double kMostPartial = 0.25;  // of the pixels that alpha may show in part: soft edges

/// The surface and the terrain are each other's.
void check_heights(const StackFacts& facts, std::size_t file) {
  const auto band = std::find_if(facts.bands.begin(), facts.bands.end(),
                                 [file](const BandChoice& one) { return one.file == file; });
  if (band == facts.bands.end()) return;
  const auto reader = open_stack(facts.files, std::span(&*band, 1), facts.nodata);
  std::vector<float> heights;
  std::vector<std::uint8_t> valid;
  std::size_t above = 0, below = 0, all = 0;
  for (const Window& window : sample_windows(facts.grid().extent())) {
    heights.resize(pixels(window));
    valid.assign(pixels(window), 1);
    reader->read(window, {heights.data(), pixels(window)}, valid);
    for (std::size_t i = 0; i < heights.size(); ++i) {
      if (valid[i] == 0) continue;
      ++all;
      above += heights[i] > kClearly ? 1 : 0;
      below += heights[i] < -kClearly ? 1 : 0;
    }
  }
  const auto share = [all](std::size_t of) { return static_cast<double>(of) / static_cast<double>(all); };
  if (all == 0 || below <= 2 * above || share(below) < kFew) return;
  const auto& [dsm, dtm] = *facts.files[file].heights;
  throw Error(
      ErrorCode::mismatch,
      fmt::format("{}: lies below the terrain, {}, in {:.0f}% of the pixels looked at, and above it in "
                  "{:.0f}%",
                  dsm.path, dtm.path, 100 * share(below), 100 * share(above)),
      "name the surface first: --ndsm " + dtm.path + " " + dsm.path +
          ", or correct the heights of one, if their datum or unit is another");
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
  GdalErrors silence;  // what cannot be read is told by who reads it
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
  std::size_t opaque = 0;  // whatever value stands for it
  for (const auto& [value, count] : shown) opaque = std::max(opaque, count);
  const double partial =
      static_cast<double>(visible - opaque) / static_cast<double>(std::max<std::size_t>(1, all));
  if (partial <= kMostPartial) return {};
  return fmt::format(
      "{}: band {} is called alpha, and {:.0f}% of its values are neither 0 nor opaque: is it near infrared? "
      "Pixels where it is 0 are taken as nodata (--no-src-alpha: it is no alpha)",
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
