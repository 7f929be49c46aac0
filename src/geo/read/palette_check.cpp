#include "geo/read/palette_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "geo/style/mask_classes.hpp"

namespace terramask::geo {
namespace {

/// The number of occurrences of each value below `count`.
std::vector<GUIntBig> histogram(GDALRasterBand& band, std::size_t count, const std::string& path) {
  std::vector<GUIntBig> counts(count);
  const GdalErrors errors;
  if (band.GetHistogram(-0.5, static_cast<double>(count) - 0.5, static_cast<int>(count), counts.data(), FALSE,
                        FALSE, GDALDummyProgress, nullptr) != CE_None)
    throw errors.error(ErrorCode::io, path, "reading failed", "copy it again");
  return counts;
}

}  // namespace

void refuse_palettes(const std::string& path, int value, const std::string& color, const std::string& other,
                     const std::string& other_color, const std::string& remedy) {
  throw Error(
      ErrorCode::mismatch,
      fmt::format("{}: the palette shows the value {} as {}, that of {} as {}: one value would stand for "
                  "two classes",
                  path, value, color, other, other_color),
      remedy);
}

void PaletteCheck::add(GDALDataset& raster, const std::string& path, std::span<const ClassInfo> classes) {
  const GDALColorTable* table = raster.GetRasterBand(1)->GetColorTable();
  Palette palette(table == nullptr ? 0 : static_cast<std::size_t>(table->GetColorEntryCount()));
  for (std::size_t value = 0; value < palette.size(); ++value)
    palette[value].color = palette_color(raster, static_cast<int>(value));
  for (const ClassInfo& one : classes)
    if (!one.name.empty() && one.value >= 0 && static_cast<std::size_t>(one.value) < palette.size())
      palette[static_cast<std::size_t>(one.value)].named = true;
  paths_.push_back(path);
  palettes_.push_back(&*distinct_.insert(std::move(palette)).first);
}

void PaletteCheck::compare(const std::string& path, const Palette& palette,
                           std::map<int, std::pair<Entry, std::string>>& known) const {
  if (palette.empty()) return;
  const DatasetPtr raster = open_raster(path);
  const auto counts = histogram(*raster->GetRasterBand(1), palette.size(), path);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    const auto value = static_cast<int>(i);
    const auto [found, is_new] = known.try_emplace(value, palette[i], path);
    const auto& [first, first_path] = found->second;
    if (is_new || !differ(first, palette[i])) continue;
    refuse_palettes(
        path, value, palette[i].color, first_path, first.color,
        "give both one palette: pct2rgb.py takes the colours out of one, rgb2pct.py -pct brings them "
        "into the other's");
  }
}

bool PaletteCheck::any_differ() const {
  for (auto one = distinct_.begin(); one != distinct_.end(); ++one)
    for (auto other = std::next(one); other != distinct_.end(); ++other)
      for (std::size_t value = 0; value < std::min(one->size(), other->size()); ++value)
        if (differ((*one)[value], (*other)[value])) return true;
  return false;
}

void PaletteCheck::check(const StopFlag* stop) const {
  if (!any_differ()) return;
  std::map<int, std::pair<Entry, std::string>> known;
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    if (stop != nullptr) stop->check();
    compare(paths_[i], *palettes_[i], known);
  }
}

}  // namespace terramask::geo
