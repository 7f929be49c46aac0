#include "labels/vector/burn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <optional>

#include "core/class_colors.hpp"
#include "labels/base/quantity.hpp"
#include "terramask/error.hpp"

namespace terramask::labels {
namespace {

using keys::Json;

constexpr const char* kBackground = "background";
constexpr std::string_view kLayer = "#layer=";

/// Okabe and Ito's colours: apart from each other, to the colour-blind too.

struct Burn {
  std::string path, layer, class_name;
  std::optional<double> width_m;
};

[[noreturn]] void refuse(const std::string& text, const std::string& cause) {
  throw Error(ErrorCode::usage, fmt::format("{} {}: {}", kBurn, text, cause),
              "write it as FILE=CLASS or FILE=CLASS:WIDTH, such as roads.geojson=road:6m");
}

Burn parse(const std::string& text) {
  Burn burn;
  const std::size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0) refuse(text, "not a file and its class");
  burn.path = text.substr(0, equals);
  burn.class_name = text.substr(equals + 1);
  if (const std::size_t at = burn.path.rfind(kLayer); at != std::string::npos) {
    burn.layer = burn.path.substr(at + kLayer.size());
    burn.path.resize(at);
    if (burn.layer.empty()) refuse(text, "names no layer");
  }
  if (const std::size_t colon = burn.class_name.rfind(':'); colon != std::string::npos) {
    const std::string width = burn.class_name.substr(colon + 1);
    burn.width_m = parse_quantity(width);
    if (!burn.width_m) refuse(text, fmt::format("\"{}\" is no width", width));
    burn.class_name.resize(colon);
  }
  if (burn.path.empty() || burn.class_name.empty()) refuse(text, "not a file and its class");
  return burn;
}

/// The palette's colours first, then hues as far from each other as can be.
std::string color(std::size_t index) {
  if (index < kClassColors.size()) return kClassColors[index];
  constexpr double kGoldenAngle = 137.508;
  const double hue = std::fmod(static_cast<double>(index) * kGoldenAngle, 360);
  const auto channel = [hue](double shift) {
    const double k = std::fmod(shift + hue / 60, 6);
    return static_cast<int>(std::lround(255 * (0.9 - 0.63 * std::clamp(std::min(k, 4 - k), 0.0, 1.0))));
  };
  return fmt::format("#{:02x}{:02x}{:02x}", channel(5), channel(3), channel(1));
}

}  // namespace

Json burn_json(const std::vector<std::string>& burns) {
  Json json = {{"version", 1},
               {"unlabelled", kBackground},
               {"classes", Json::array({{{"value", 0}, {"name", kBackground}, {"color", "#000000"}}})},
               {"sources", Json::object()},
               {"rules", Json::array()}};
  std::vector<std::string> classes{kBackground, kIgnoreWord};
  for (const std::string& text : burns) {
    const Burn burn = parse(text);
    if (std::find(classes.begin(), classes.end(), burn.class_name) == classes.end()) {
      const std::size_t value = json["classes"].size();
      json["classes"].push_back({{"value", value}, {"name", burn.class_name}, {"color", color(value - 1)}});
      classes.push_back(burn.class_name);
    }
    const std::string file = std::filesystem::path(burn.path).filename().string();
    std::string source = file;
    for (int n = 2; json["sources"].contains(source); ++n) source = fmt::format("{} ({})", file, n);
    json["sources"][source] = {{"path", burn.path}};
    Json rule = {{"source", source}, {"class", burn.class_name}};
    if (!burn.layer.empty()) rule["layer"] = burn.layer;
    if (burn.width_m) rule["buffer"] = {{"width", *burn.width_m}};
    json["rules"].push_back(std::move(rule));
  }
  return json;
}

Rules burn_rules(const std::vector<std::string>& burns) {
  return rules_from(burn_json(burns), kBurn);
}

}  // namespace terramask::labels
