#include "dataset/label_codes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dataset/project_keys.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "geo/style/mask_classes.hpp"
#include "terramask/error.hpp"

namespace terramask::dataset {

namespace {

constexpr std::size_t kMostListed = 24;

std::uint32_t number_of(const std::array<std::uint8_t, 3>& color) {
  return std::uint32_t{color[0]} << 16 | std::uint32_t{color[1]} << 8 | color[2];
}

/// The values to which a raster's palette assigns a colour.
std::vector<int> values_of_color(const std::string& path, const std::array<std::uint8_t, 3>& color) {
  const geo::DatasetPtr raster = geo::open_raster(path);
  const std::string wanted = fmt::format("#{:06x}", number_of(color));
  std::vector<int> values;
  for (int value = 0; value < 256; ++value)
    if (geo::palette_color(*raster, value) == wanted) values.push_back(value);
  return values;
}

/// Whether a colour is the declared nodata of all bands.
bool is_nodata(const geo::LabelPlace& place, std::uint32_t color) {
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& band = place.facts.bands[static_cast<std::size_t>(place.color_bands[i] - 1)];
    if (!band.is_nodata(color >> (16 - 8 * i) & 255U)) return false;
  }
  return true;
}

geo::LabelCodes color_codes(const Project& project, const ProjectImage& image, geo::LabelPlace& place,
                            const std::map<double, std::uint64_t>& found) {
  std::map<std::uint32_t, std::uint16_t> code_of;
  for (const auto& [text, name] : image.labels.map) {
    const auto at = std::ranges::find(project.classes, name, &ClassInfo::name);
    if (const auto color = geo::parse_color(text))
      code_of[number_of(*color)] = static_cast<std::uint16_t>(at - project.classes.begin() + 1);
  }
  std::vector<std::pair<std::uint64_t, std::uint32_t>> unknown;
  for (const auto& [value, pixels] : found) {
    const auto color = static_cast<std::uint32_t>(value);
    if (!code_of.contains(color) && !is_nodata(place, color)) unknown.emplace_back(pixels, color);
  }
  if (!unknown.empty()) {
    std::sort(unknown.rbegin(), unknown.rend());
    std::string text;
    for (std::size_t i = 0; i < std::min(unknown.size(), kMostListed); ++i)
      text += fmt::format("{}#{:06x} ({} pixel{})", i == 0 ? "" : ", ", unknown[i].second, unknown[i].first,
                          unknown[i].first == 1 ? "" : "s");
    if (unknown.size() > kMostListed) text += fmt::format(", and {} more", unknown.size() - kMostListed);
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: image \"{}\": a raster of colours, with colours that no class has: {}",
                            place.facts.path, image.id, text),
                "name them: `map='#rrggbb=road,...'`, or \"#rrggbb\" in labels.map");
  }
  geo::LabelCodes codes;
  place.colors.clear();
  for (const auto& [color, code] : code_of) {
    place.colors.push_back(color);
    codes.push_back(code);
  }
  return codes;
}

}  // namespace

geo::LabelCodes label_codes(const Project& project, const ProjectImage& image, geo::LabelPlace& place,
                            const std::map<double, std::uint64_t>& found,
                            std::vector<std::string>& warnings) {
  if (place.colored()) return color_codes(project, image, place, found);
  const geo::FileFacts& facts = place.facts;
  constexpr std::size_t values = 65536;
  geo::LabelCodes codes(values, geo::kIgnoredLabel);
  std::vector<bool> explained(values, false);
  const auto code_of = [&project](const std::string& name) {
    const auto at = std::find_if(project.classes.begin(), project.classes.end(),
                                 [&name](const ClassInfo& one) { return one.name == name; });
    return static_cast<std::uint16_t>(at - project.classes.begin() + 1);
  };
  const auto explain = [&](int low, int high, std::uint16_t code) {
    for (int value = low; value <= high; ++value) {
      codes[static_cast<std::size_t>(value)] = code;
      explained[static_cast<std::size_t>(value)] = true;
    }
  };
  for (const auto& [text, name] : image.labels.map) {
    if (const auto color = geo::parse_color(text)) {
      for (const int value : values_of_color(facts.path, *color)) explain(value, value, code_of(name));
      continue;
    }
    const auto range = parse_values(text);
    explain(range->first, range->second, code_of(name));
  }
  if (image.labels.map.empty())
    for (const ClassInfo& one : project.classes) explain(one.value, one.value, code_of(one.name));
  for (const int value : image.labels.ignore) explain(value, value, geo::kIgnoredLabel);

  geo::BandFacts label_band;
  for (const auto& band : facts.bands)
    if (!band.alpha()) label_band = band;
  const std::optional<double>& nodata = label_band.nodata;
  const bool whole = nodata && *nodata >= 0 && *nodata < values && *nodata == std::floor(*nodata);
  if (whole) {
    const auto value = static_cast<std::size_t>(*nodata);
    const bool is_class = codes[value] != geo::kIgnoredLabel;
    if (is_class && found.contains(*nodata))
      warnings.push_back(
          fmt::format("{}: {} is its nodata value, and a class (\"{}\") all the same, as the "
                      "project says",
                      facts.path, value, project.classes[static_cast<std::size_t>(codes[value]) - 1].name));
    explained[value] = true;
  }

  std::string unknown;
  bool within = false, beyond = false;  // what the keys contain
  std::size_t count = 0;
  for (const auto& [value, pixels] : found) {
    const bool in_range = value >= 0 && value < values && value == std::floor(value);
    if (in_range ? explained[static_cast<std::size_t>(value)] : label_band.is_nodata(value)) continue;
    (in_range ? within : beyond) = true;
    if (++count <= kMostListed)
      unknown += fmt::format("{}{:.9g} ({} pixel{})", unknown.empty() ? "" : ", ", value, pixels,
                             pixels == 1 ? "" : "s");
  }
  if (count == 0) return codes;
  std::string remedy;
  if (within) remedy = "name them in labels.map (\"128-255\" is a range), or list them under labels.ignore";
  if (beyond)
    remedy += std::string(within ? "; " : "") +
              "bring what is not a whole number from 0 to 65535 to such first, with `gdal_calc.py`";
  if (count > kMostListed) unknown += fmt::format(", and {} more", count - kMostListed);
  throw Error(ErrorCode::mismatch,
              fmt::format("{}: image \"{}\": label value{} that no class has: {}", facts.path, image.id,
                          count == 1 ? "" : "s", unknown),
              remedy);
}

}  // namespace terramask::dataset
