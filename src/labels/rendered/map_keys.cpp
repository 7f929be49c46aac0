#include <algorithm>

#include "geo/style/mask_classes.hpp"
#include "labels/rendered/map_source.hpp"

namespace terramask::labels {
namespace {

using keys::Json;
using keys::KeyVisitor;
using keys::Place;
using Need = KeyVisitor::Need;

constexpr double kMostTolerance = 50;
constexpr std::int64_t kMostPixels = 256;

void visit_pixels(KeyVisitor& v, const char* key, int& value, std::int64_t low = 0) {
  std::int64_t whole = value;
  v.whole(key, whole, low, kMostPixels, Need::optional);
  value = static_cast<int>(whole);
}

void visit_line(KeyVisitor& v, LegendLine& line) {
  v.special(
      "color",
      [&line](const Json& value, const Place& place) {
        if (!value.is_string() || !geo::parse_color(value.get<std::string>()))
          place.refuse(value, "a colour as #rrggbb");
        line.color = value.get<std::string>();
      },
      [&line] { return Json(line.color); }, Need::required);
  v.special(
      "class",
      [&line](const Json& value, const Place& place) {
        if (!value.is_null() && !value.is_string())
          place.refuse(value, "the name of a class, or null for names, arrows and outlines");
        line.class_name = value.is_null() ? "" : value.get<std::string>();
      },
      [&line] { return line.class_name.empty() ? Json() : Json(line.class_name); }, Need::required);
  v.flag("line", line.line);
  v.number("tolerance", line.tolerance, 0, kMostTolerance);
  visit_pixels(v, "least_px", line.least_px);
  v.text("comment", line.comment, Need::optional);
}

}  // namespace

void MapSourceKeys::visit(KeyVisitor& v) {
  v.path("path", path);
  v.list(
      "legend", legend.size(), [this](std::size_t n) { legend.resize(n); },
      [this](KeyVisitor& inner, std::size_t i) { visit_line(inner, legend[i]); }, Need::required);
  v.choice("unexplained", unexplained, {"fill", "ignore"});
  visit_pixels(v, "fill_px", reading.fill_px);
  visit_pixels(v, "glyph_px", reading.glyph_px);
  visit_pixels(v, "halo_px", reading.halo_px);
  visit_pixels(v, "label_px", reading.label_px);
  visit_pixels(v, "smooth_px", reading.smooth_px);
  v.whole("ignore_ring_px", ignore_ring_px, 0, kMostPixels, Need::optional);
}

void MapRuleKeys::visit(KeyVisitor& v) {
  const auto read = [this](const Json& value, const Place& place) {
    const auto name = [](const Json& one) { return one.is_string(); };
    if (!value.is_array() || value.empty() || !std::all_of(value.begin(), value.end(), name))
      place.refuse(value, "a list of classes of the legend");
    classes = value.get<std::vector<std::string>>();
  };
  v.special(
      "classes", read, [this] { return classes.empty() ? Json() : Json(classes); }, Need::optional);
}

std::unique_ptr<TypeKeys> map_source_keys() {
  return std::make_unique<MapSourceKeys>();
}

std::unique_ptr<TypeKeys> map_rule_keys() {
  return std::make_unique<MapRuleKeys>();
}

}  // namespace terramask::labels
