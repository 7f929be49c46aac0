#include "dataset/label_codes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "dataset/project_keys.hpp"
#include "terramask/error.hpp"

namespace terramask::dataset {

geo::LabelCodes label_codes(const Project& project, const ProjectImage& image, const geo::FileFacts& facts,
                            const std::map<double, std::uint64_t>& found,
                            std::vector<std::string>& warnings) {
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
    const auto range = parse_values(text);
    explain(range->first, range->second, code_of(name));
  }
  if (image.labels.map.empty())
    for (const ClassInfo& one : project.classes) explain(one.value, one.value, code_of(one.name));
  for (const int value : image.labels.ignore) explain(value, value, geo::kIgnoredLabel);

  std::optional<double> nodata;
  for (const auto& band : facts.bands)
    if (!band.alpha()) nodata = band.nodata;
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
  bool within = false, beyond = false;  // what the keys take
  std::size_t count = 0;
  constexpr std::size_t most = 24;
  for (const auto& [value, pixels] : found) {
    const bool in_range = value >= 0 && value < values && value == std::floor(value);
    if (in_range ? explained[static_cast<std::size_t>(value)] : nodata == static_cast<float>(value)) continue;
    (in_range ? within : beyond) = true;
    if (++count <= most)
      unknown += fmt::format("{}{:.9g} ({} pixel{})", unknown.empty() ? "" : ", ", value, pixels,
                             pixels == 1 ? "" : "s");
  }
  if (count == 0) return codes;
  std::string remedy;
  if (within) remedy = "name them in labels.map (\"128-255\" is a range), or list them under labels.ignore";
  if (beyond)
    remedy += std::string(within ? "; " : "") +
              "bring what is no whole number from 0 to 65535 to such first, with `gdal_calc.py`";
  if (count > most) unknown += fmt::format(", and {} more", count - most);
  throw Error(ErrorCode::mismatch,
              fmt::format("{}: image \"{}\": label value{} that no class has: {}", facts.path, image.id,
                          count == 1 ? "" : "s", unknown),
              remedy);
}

}  // namespace terramask::dataset
