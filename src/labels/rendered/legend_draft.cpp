// The draft of a legend as a rules file and as a picture.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/json_text.hpp"
#include "geo/base/working_folder.hpp"
#include "geo/picture/canvas.hpp"
#include "terramask/legend.hpp"
#include "terramask/output.hpp"

namespace terramask {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kClasses[][2] = {
    {"background", "#e8e4df"}, {"road", "#ffd400"}, {"water", "#3f7fdf"}, {"vegetation", "#5fae4f"}};

std::string hex(const std::array<std::uint8_t, 3>& c) {
  return fmt::format("#{:02x}{:02x}{:02x}", c[0], c[1], c[2]);
}

Json rules_of(const SuggestedLegend& legend) {
  Json json;
  json["version"] = 1;
  json["comment"] = fmt::format(
      "A draft from {}: the classes are guesses from the colours alone. Add casings and outlines.",
      as_utf8(std::filesystem::path(legend.map).filename().string()));
  json["unlabelled"] = "ignore";
  json["classes"] = Json::array();
  for (const auto& [name, color] : kClasses)
    json["classes"].push_back({{"value", json["classes"].size()}, {"name", name}, {"color", color}});
  Json& source = json["sources"]["map"];
  source["type"] = "map";
  source["path"] =
      legend.map.find(':') == std::string::npos ? std::filesystem::absolute(legend.map).string() : legend.map;
  source["legend"] = Json::array();
  for (const SuggestedColor& one : legend.colors)
    source["legend"].push_back({{"color", hex(one.color)},
                                {"class", one.guess},
                                {"tolerance", legend.tolerance},
                                {"comment", fmt::format("{:.2f}% of the areas", 100 * one.share)}});
  json["rules"] = Json::array({{{"source", "map"}}});
  return json;
}

}  // namespace

void write_suggested_rules(const std::string& path, const SuggestedLegend& legend, bool overwrite) {
  check_output(path, overwrite, std::array{legend.map});
  const std::string text = json_text(rules_of(legend), 2, path) + "\n";
  geo::WorkingFolder folder(path);
  geo::write_finished(folder, text);
  folder.put_in_place(overwrite);
}

void write_legend_picture(const std::string& path, const SuggestedLegend& legend, bool overwrite) {
  constexpr int row = 44, width = 560, margin = 16;
  constexpr geo::Color paper{255, 255, 255}, ink{40, 40, 40}, frame{120, 120, 120};
  geo::Canvas canvas(width, margin * 2 + row * static_cast<int>(legend.colors.size()), paper);
  const double most = legend.colors.empty() ? 1 : legend.colors.front().share;
  for (std::size_t i = 0; i < legend.colors.size(); ++i) {
    const SuggestedColor& one = legend.colors[i];
    const int y = margin + row * static_cast<int>(i);
    canvas.fill(margin, y, 80, row - 8, one.color);
    canvas.frame(margin, y, 80, row - 8, frame);
    canvas.text(margin + 96, y + 24, 13, fmt::format("{}  {}", hex(one.color), one.guess), ink);
    canvas.text(width - 210, y + 24, 13, fmt::format("{:.2f}%", 100 * one.share), ink);
    canvas.fill(width - 120, y + 10, std::max(1, static_cast<int>(100 * one.share / most)), 16, frame);
  }
  geo::save_png(canvas, path, overwrite);
}

}  // namespace terramask
