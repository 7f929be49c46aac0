#include "geo/style/mask_classes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "core/class_json.hpp"
#include "core/utf8.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {

std::optional<std::array<std::uint8_t, 3>> parse_color(const std::string& text) {
  if (text.size() != 7 || text[0] != '#') return std::nullopt;
  std::array<std::uint8_t, 3> color;
  for (std::size_t i = 0; i < 3; ++i) {
    const char* begin = text.data() + 1 + 2 * i;
    const auto parsed = std::from_chars(begin, begin + 2, color[i], 16);
    if (parsed.ec != std::errc() || parsed.ptr != begin + 2) return std::nullopt;
  }
  return color;
}

void check_classes(std::span<const ClassInfo> classes) {
  if (classes.empty()) throw Error(ErrorCode::usage, "a mask needs at least one class");
  std::set<int> values;
  for (const ClassInfo& one : classes) {
    require_utf8(one.name, "the classes of a mask");
    if (one.value < 0 || one.value > 65534)
      throw Error(ErrorCode::usage,
                  fmt::format("class \"{}\": the value {} does not fit a mask", one.name, one.value),
                  "give values from 0 to 65534");
    if (!values.insert(one.value).second)
      throw Error(ErrorCode::usage,
                  fmt::format("class \"{}\": another class has the value {} too", one.name, one.value));
    if (!parse_color(one.color))
      throw Error(ErrorCode::usage, fmt::format("class \"{}\": \"{}\" is not a colour", one.name, one.color),
                  "give it as #rrggbb");
  }
}

int nodata_for(std::span<const ClassInfo> classes) {
  const bool byte =
      classes.size() <= 255 &&
      std::all_of(classes.begin(), classes.end(), [](const ClassInfo& one) { return one.value < 255; });
  return byte ? 255 : 65535;
}

std::unique_ptr<GDALColorTable> palette(std::span<const ClassInfo> classes) {
  auto table = std::make_unique<GDALColorTable>(GPI_RGB);
  for (const ClassInfo& one : classes) {
    const auto color = parse_color(one.color).value();
    const GDALColorEntry entry{color[0], color[1], color[2], 255};
    table->SetColorEntry(one.value, &entry);
  }
  return table;
}

std::vector<std::string> category_names(std::span<const ClassInfo> classes) {
  int largest = 0;
  for (const ClassInfo& one : classes) largest = std::max(largest, one.value);
  std::vector<std::string> names(static_cast<std::size_t>(largest) + 1);
  for (const ClassInfo& one : classes) names[static_cast<std::size_t>(one.value)] = one.name;
  return names;
}

std::string classes_as_json(std::span<const ClassInfo> classes) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const ClassInfo& one : classes) list.push_back(class_json<nlohmann::ordered_json>(one));
  return list.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::vector<ClassInfo> read_classes(GDALDataset& raster) {
  std::vector<ClassInfo> classes;
  if (const char* item = raster.GetMetadataItem(kClassesItem)) {
    const nlohmann::json list = nlohmann::json::parse(item, nullptr, false);
    if (list.is_array()) {
      for (const auto& one : list) {
        if (!one.is_object() || !one.contains("value") || !one["value"].is_number_integer()) continue;
        const auto text = [&](const char* key) {
          return one.contains(key) && one[key].is_string() ? one[key].get<std::string>() : std::string();
        };
        classes.push_back({one["value"].get<int>(), text("name"), text("color")});
        if (const auto found = one.find("transparent"); found != one.end() && found->is_boolean())
          classes.back().transparent = found->get<bool>();
      }
      return classes;
    }
  }
  GDALRasterBand* band = raster.GetRasterBand(1);
  char** names = band->GetCategoryNames();
  const GDALColorTable* table = band->GetColorTable();
  for (int value = 0; value < CSLCount(names); ++value) {
    if (names[value][0] == '\0') continue;
    GDALColorEntry entry{0, 0, 0, 255};
    if (table != nullptr && value < table->GetColorEntryCount()) entry = *table->GetColorEntry(value);
    classes.push_back(
        {value, as_utf8(names[value]), fmt::format("#{:02x}{:02x}{:02x}", entry.c1, entry.c2, entry.c3)});
  }
  return classes;
}

std::string palette_color(GDALDataset& raster, int value) {
  const GDALColorTable* table = raster.GetRasterBand(1)->GetColorTable();
  if (table == nullptr || value < 0 || value >= table->GetColorEntryCount()) return {};
  const GDALColorEntry entry = *table->GetColorEntry(value);
  return fmt::format("#{:02x}{:02x}{:02x}", entry.c1, entry.c2, entry.c3);
}

}  // namespace terramask::geo
