#include "geo/read/color_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "geo/files/open.hpp"
#include "geo/read/credits.hpp"

namespace terramask::geo {
namespace {

constexpr const char* kColorRemedy =
    "make colours of bytes: `gdal_translate -ot Byte -scale`, or `gdal_translate -b`";

[[noreturn]] void refuse(const FileFacts& facts, const std::string& cause) {
  throw Error(ErrorCode::unsupported, fmt::format("{}: {}: no map's colours", facts.path, cause),
              kColorRemedy);
}

int band_called(const FileFacts& facts, const char* color) {
  for (std::size_t i = 0; i < facts.bands.size(); ++i)
    if (facts.bands[i].interpretation == color) return static_cast<int>(i + 1);
  return 0;
}

/// One band three times, or three bands.
std::vector<BandSlot> color_slots(const FileFacts& facts) {
  std::vector<int> data;
  for (std::size_t i = 0; i < facts.bands.size(); ++i)
    if (!facts.bands[i].alpha()) data.push_back(static_cast<int>(i + 1));
  for (const int band : data)
    if (facts.bands[static_cast<std::size_t>(band - 1)].type_name != "Byte")
      refuse(facts, fmt::format("band {} has values of type {}", band,
                                facts.bands[static_cast<std::size_t>(band - 1)].type_name));
  if (data.size() == 1) return {{data[0], 0}};
  if (data.size() < 3) refuse(facts, fmt::format("it has {} bands", data.size()));
  const std::array<int, 3> named{band_called(facts, "red"), band_called(facts, "green"),
                                 band_called(facts, "blue")};
  const bool all = std::all_of(named.begin(), named.end(), [](int band) { return band > 0; });
  std::vector<BandSlot> slots;
  for (std::size_t i = 0; i < 3; ++i) slots.push_back({all ? named[i] : data[i], i});
  return slots;
}

std::vector<std::array<std::uint8_t, 4>> palette_of(GDALDataset& dataset, const FileFacts& facts) {
  std::vector<std::array<std::uint8_t, 4>> colors;
  if (facts.data_bands() != 1) return colors;
  for (std::size_t i = 0; i < facts.bands.size(); ++i) {
    GDALColorTable* table = dataset.GetRasterBand(static_cast<int>(i + 1))->GetColorTable();
    if (facts.bands[i].alpha() || table == nullptr) continue;
    for (int k = 0; k < table->GetColorEntryCount(); ++k) {
      const GDALColorEntry* entry = table->GetColorEntry(k);
      const auto byte = [](short v) { return static_cast<std::uint8_t>(std::clamp<int>(v, 0, 255)); };
      colors.push_back({byte(entry->c1), byte(entry->c2), byte(entry->c3), byte(entry->c4)});
    }
  }
  return colors;
}

}  // namespace

ColorReader::ColorReader(const std::string& path) : ColorReader(open_raster(path), path) {}

ColorReader::ColorReader(DatasetPtr dataset, const std::string& path)
    : facts_(describe(*dataset, path)),
      credits_(credits_of(*dataset)),
      palette_(palette_of(*dataset, facts_)),
      slots_(color_slots(facts_)),
      file_(facts_, slots_, NodataOption{}) {}

void ColorReader::read(const Window& window, std::span<std::array<std::uint8_t, 3>> colors,
                       std::span<std::uint8_t> valid) {
  const std::size_t count = pixels(window);
  values_.resize(count * slots_.size());
  std::fill(valid.begin(), valid.end(), std::uint8_t{1});
  file_.read(window, {values_.data(), count}, valid);
  for (std::size_t i = 0; i < count; ++i) {
    if (valid[i] == 0) continue;
    for (std::size_t band = 0; band < 3; ++band)
      colors[i][band] = static_cast<std::uint8_t>(values_[slots_.size() == 1 ? i : band * count + i]);
    if (palette_.empty()) continue;
    const std::size_t index = colors[i][0];
    if (index >= palette_.size() || palette_[index][3] == 0) {
      valid[i] = 0;
      continue;
    }
    std::copy_n(palette_[index].begin(), 3, colors[i].begin());
  }
}

}  // namespace terramask::geo
