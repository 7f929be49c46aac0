#include <fmt/format.h>

#include <charconv>

#include "dataset/project_keys.hpp"
#include "geo/style/mask_classes.hpp"
#include "terramask/error.hpp"

namespace terramask::dataset {
namespace {

using Need = KeyVisitor::Need;

constexpr int kLargestValue = 65535;

void visit_bands(KeyVisitor& v, std::vector<BandKey>& bands) {
  const auto read = [&bands](const Json& value, const Place& place) {
    if (!value.is_array() || value.empty()) place.refuse(value, "a list of band names, or none of this key");
    bands.clear();
    for (std::size_t i = 0; i < value.size(); ++i) {
      const Json& one = value[i];
      const bool numbered = one.is_object() && one.size() == 2 && one.contains("name") &&
                            one["name"].is_string() && one.contains("band") &&
                            one["band"].is_number_integer() && one["band"] >= 1 &&
                            one["band"] <= kLargestValue;
      if (numbered)
        bands.push_back({one["name"].get<std::string>(), one["band"].get<int>()});
      else if (one.is_string() && !one.get_ref<const std::string&>().empty())
        bands.push_back({one.get<std::string>(), 0});
      else
        place.item(i).refuse(one, R"(a band's name ("red"), or {"name": "nir", "band": 4})");
    }
  };
  const auto write = [&bands] {
    Json list = bands.empty() ? Json() : Json::array();
    for (const BandKey& one : bands) {
      if (one.band == 0)
        list.push_back(one.name);
      else
        list.push_back({{"name", one.name}, {"band", one.band}});
    }
    return list;
  };
  v.special("bands", read, write, Need::optional);
}

void visit_nodata(KeyVisitor& v, std::string& nodata) {
  const auto read = [&nodata](const Json& value, const Place& place) {
    if (value.is_number())
      nodata = value.dump();
    else if (value == "auto" || value == "none")
      nodata = value.get<std::string>();
    else
      place.refuse(value, R"("auto" (what the file says), "none" or a number)");
  };
  const auto write = [&nodata] {
    return nodata == "auto" || nodata == "none" ? Json(nodata) : Json::parse(nodata);
  };
  v.special("nodata", read, write, Need::optional);
}

/// A raster, or {"ndsm": {...}}, distinguished by that key.
void visit_member(KeyVisitor& v, StackMember& member) {
  if (v.has_form("ndsm", std::holds_alternative<NdsmMember>(member))) {
    if (!std::holds_alternative<NdsmMember>(member)) member = NdsmMember{};
    auto& heights = std::get<NdsmMember>(member);
    v.object(
        "ndsm",
        [&heights](KeyVisitor& inner) {
          inner.path("dsm", heights.dsm);
          inner.path("dtm", heights.dtm);
        },
        Need::required);
    return;
  }
  if (!std::holds_alternative<RasterMember>(member)) member = RasterMember{};
  auto& raster = std::get<RasterMember>(member);
  v.path("path", raster.path);
  visit_bands(v, raster.bands);
  visit_nodata(v, raster.nodata);
  v.choice("alpha", raster.alpha, {"auto", "none"});
}

void visit_labels(KeyVisitor& v, LabelKeys& labels) {
  v.path("path", labels.path);
  const auto read_map = [&labels](const Json& value, const Place& place) {
    if (!value.is_object()) place.refuse(value, R"(an object such as {"1": "road", "128-255": "roof"})");
    labels.map.clear();
    for (const auto& [text, name] : value.items()) {
      if (!parse_values(text) && !geo::parse_color(text))
        place.refuse(
            text,
            "a pixel value from 0 to 65535, a range such as \"128-255\", or a colour such as \"#ffd400\"");
      if (!name.is_string()) place.inside(text).refuse(name, "the name of a class");
      labels.map[text] = name.get<std::string>();
    }
  };
  const auto write_map = [&labels] {
    Json map;
    for (const auto& [values, name] : labels.map) map[values] = name;
    return map;
  };
  v.special("map", read_map, write_map, Need::optional);
  const auto read_ignore = [&labels](const Json& value, const Place& place) {
    const auto fits = [](const Json& one) {
      return one.is_number_integer() && one >= 0 && one <= kLargestValue;
    };
    if (!value.is_array()) place.refuse(value, "a list of pixel values");
    labels.ignore.clear();
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (!fits(value[i])) place.item(i).refuse(value[i], "a pixel value from 0 to 65535");
      labels.ignore.push_back(value[i].get<int>());
    }
  };
  v.special(
      "ignore", read_ignore, [&labels] { return labels.ignore.empty() ? Json() : Json(labels.ignore); },
      Need::optional);
}

}  // namespace

void visit_project_image(KeyVisitor& v, ProjectImage& image) {
  v.text("id", image.id, Need::required);
  v.text("group", image.group, Need::optional);
  v.list(
      "stack", image.stack.size(), [&image](std::size_t n) { image.stack.resize(n); },
      [&image](KeyVisitor& inner, std::size_t i) { visit_member(inner, image.stack[i]); }, Need::required);
  v.text("crs", image.crs, Need::optional);
  v.positive("pixel_size_m", image.pixel_size_m);
  v.object(
      "labels", [&image](KeyVisitor& inner) { visit_labels(inner, image.labels); }, Need::required);
  const auto read_part = [&image](const Json& value, const Place& place) {
    image.part.reset();
    for (const Part part : {Part::training, Part::validation, Part::test})
      if (value == to_string(part)) image.part = part;
    if (!image.part) place.refuse(value, "training, validation or test");
  };
  v.special(
      "part", read_part, [&image] { return image.part ? Json(to_string(*image.part)) : Json(); },
      Need::optional);
}

std::optional<std::pair<int, int>> parse_values(const std::string& text) {
  std::pair<int, int> range;
  const char* const end = text.data() + text.size();
  auto [stop, failed] = std::from_chars(text.data(), end, range.first);
  if (failed != std::errc()) return std::nullopt;
  range.second = range.first;
  if (stop != end) {
    if (*stop != '-') return std::nullopt;
    const auto second = std::from_chars(stop + 1, end, range.second);
    if (second.ec != std::errc() || second.ptr != end) return std::nullopt;
  }
  if (range.first < 0 || range.second < range.first || range.second > kLargestValue) return std::nullopt;
  return range;
}

}  // namespace terramask::dataset
