#include "geo/read/value_notes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "geo/read/file_reader.hpp"
#include "geo/read/value_check.hpp"
#include "terramask/tiles.hpp"

namespace terramask::geo {
namespace {

/// Validity of pixels in samples of the raster.
std::vector<std::uint8_t> sampled_validity(const FileFacts& facts, const std::vector<BandSlot>& slots,
                                           NodataOption nodata, NodataRule rule) {
  nodata.rule = rule;
  FileReader reader(facts, slots, nodata);
  std::vector<std::uint8_t> all, valid;
  std::vector<float> values;
  for (const Window& window : sample_windows(facts.grid.extent())) {
    values.resize(slots.size() * pixels(window));
    valid.assign(pixels(window), 1);
    reader.read(window, {values.data(), pixels(window)}, valid);
    all.insert(all.end(), valid.begin(), valid.end());
  }
  return all;
}

std::string nodata_note(const FileFacts& facts, const std::vector<BandSlot>& slots,
                        const NodataOption& nodata) {
  FileReader reader(facts, slots, nodata);
  if (!reader.has_common() || slots.size() < 2) return {};
  const auto by_rule = sampled_validity(facts, slots, nodata, nodata.rule);
  const auto by_any = sampled_validity(facts, slots, nodata, NodataRule::any);
  std::size_t more = 0;
  for (std::size_t i = 0; i < by_rule.size(); ++i) more += by_rule[i] != 0 && by_any[i] == 0 ? 1 : 0;
  return fmt::format(
      "nodata where all bands are (`nodata_rule`); QGIS hides a pixel where any band is: {} of {} pixels "
      "looked at",
      more == 0 ? "no more" : fmt::format("{} more", more), by_rule.size());
}

}  // namespace

std::vector<std::string> value_notes(const std::string& path, const RasterOptions& raster) {
  std::vector<std::string> notes;
  if (is_tile_source(path)) return notes;
  const DatasetPtr dataset = open_raster(path);
  FileFacts facts = describe(*dataset, path);
  if (raster.no_alpha) call_no_alpha(facts);
  NodataOption nodata = parse_nodata(raster.src_nodata);
  nodata.rule = raster.nodata_rule.value_or(NodataRule::automatic);
  std::vector<BandSlot> slots;
  for (std::size_t i = 0; i < facts.bands.size(); ++i) {
    const int number = static_cast<int>(i) + 1;
    if (facts.bands[i].alpha()) {
      if (std::string doubt = doubtful_alpha(*dataset, path, number); !doubt.empty() && !nodata.no_alpha)
        notes.push_back(std::move(doubt));
      continue;
    }
    slots.push_back({number, slots.size()});
  }
  try {
    if (std::string note = nodata_note(facts, slots, nodata); !note.empty()) notes.push_back(std::move(note));
  } catch (const Error& error) {
    notes.emplace_back(error.what());
  }
  return notes;
}

}  // namespace terramask::geo
