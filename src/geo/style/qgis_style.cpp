#include "geo/style/qgis_style.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <string_view>

#include "core/random.hpp"
#include "geo/base/xml_element.hpp"
#include "geo/style/mask_classes.hpp"

namespace terramask::geo {
namespace {

constexpr double kOutline = 0.15;    // millimetres
constexpr double kLineWidth = 0.66;  // millimetres
constexpr std::string_view kHead = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n";
constexpr std::string_view kMarkBegin = "<!-- Written by Terramask (";
constexpr std::string_view kMarkEnd = "). It is left as it is once it was changed. -->\n";

using Rgb = std::array<std::uint8_t, 3>;

/// Colours for entries without one: hues a golden angle apart.
Rgb color_of(const std::string& text, std::size_t index) {
  if (const auto color = parse_color(text)) return *color;
  Rgb made{};
  for (std::size_t c = 0; c < 3; ++c) {
    const double phase = 2.39996322973 * static_cast<double>(index) - 2.0943951 * static_cast<double>(c);
    made[c] = static_cast<std::uint8_t>(std::lround(140 + 90 * std::cos(phase)));
  }
  return made;
}

std::string hex(const Rgb& color) {
  return fmt::format("#{:02x}{:02x}{:02x}", color[0], color[1], color[2]);
}

std::string rgba(const Rgb& color, bool opaque) {
  return fmt::format("{},{},{},{}", color[0], color[1], color[2], opaque ? 255 : 0);
}

std::string label_of(const ClassInfo& one) {
  return one.name.empty() ? fmt::format("class {}", one.value) : one.name;
}

XmlElement renderer(XmlElement& pipe, const char* type, int band) {
  XmlElement made = pipe.child("rasterrenderer");
  made.set("type", type).set("band", std::to_string(band)).set("opacity", "1").set("alphaBand", "-1");
  made.child("rasterTransparency");
  return made;
}

void property(XmlElement& of, const char* name, const std::string& value) {
  of.child("prop").set("k", name).set("v", value);
}

void fill_layer(XmlElement& symbol, const Rgb& color, const StyleCategory& category) {
  XmlElement layer = symbol.child("layer");
  layer.set("class", "SimpleFill").set("enabled", "1").set("locked", "0").set("pass", "0");
  Rgb dark = color;
  for (std::uint8_t& one : dark) one = static_cast<std::uint8_t>(one * 3 / 5);
  property(layer, "color", rgba(color, !category.see_through));
  property(layer, "style", "solid");
  property(layer, "outline_color", rgba(dark, !category.see_through || category.outlined));
  property(layer, "outline_style", "solid");
  property(layer, "outline_width", fmt::format("{}", kOutline));
  property(layer, "outline_width_unit", "MM");
  property(layer, "joinstyle", "miter");
}

void line_layer(XmlElement& symbol, const Rgb& color, const StyleCategory& category) {
  XmlElement layer = symbol.child("layer");
  layer.set("class", "SimpleLine").set("enabled", "1").set("locked", "0").set("pass", "0");
  property(layer, "line_color", rgba(color, !category.see_through));
  property(layer, "line_style", "solid");
  property(layer, "line_width", fmt::format("{}", kLineWidth));
  property(layer, "line_width_unit", "MM");
  property(layer, "capstyle", "round");
  property(layer, "joinstyle", "round");
}

std::string digest_of(std::string_view text) {
  return fmt::format("{:016x}", hash_text(text));
}

}  // namespace

std::string mask_style(std::span<const ClassInfo> classes, const std::set<int>& see_through) {
  XmlTree tree("pipe");
  XmlElement made = renderer(tree.root(), "paletted", 1);
  XmlElement palette = made.child("colorPalette");
  for (std::size_t i = 0; i < classes.size(); ++i)
    palette.child("paletteEntry")
        .set("value", std::to_string(classes[i].value))
        .set("color", hex(color_of(classes[i].color, i)))
        .set("alpha", see_through.contains(classes[i].value) ? "0" : "255")
        .set("label", label_of(classes[i]));
  return tree.text();
}

std::string probability_style(std::span<const ClassInfo> classes) {
  const std::set<int> background = background_values(classes);
  std::size_t shown = 0;
  while (shown + 1 < classes.size() && background.contains(classes[shown].value)) ++shown;
  const Rgb color = color_of(classes[shown].color, shown);
  XmlTree tree("pipe");
  XmlElement made = renderer(tree.root(), "singlebandpseudocolor", static_cast<int>(shown) + 1);
  made.set("classificationMin", "0").set("classificationMax", "1");
  // Fixed, not measured: colours mean the same in every file.
  made.child("minMaxOrigin").child("limits").text("None");
  XmlElement ramp = made.child("rastershader").child("colorrampshader");
  ramp.set("colorRampType", "INTERPOLATED").set("classificationMode", "1").set("clip", "0");
  ramp.set("minimumValue", "0").set("maximumValue", "1").set("labelPrecision", "2");
  XmlElement source = ramp.child("colorramp");
  source.set("type", "gradient").set("name", "[source]");
  property(source, "color1", rgba(color, false));
  property(source, "color2", rgba(color, true));
  property(source, "discrete", "0");
  property(source, "rampType", "gradient");
  for (const int percent : {0, 25, 50, 75, 100})
    ramp.child("item")
        .set("value", fmt::format("{}", percent / 100.0))
        .set("label", fmt::format("{} {}%", label_of(classes[shown]), percent))
        .set("color", hex(color))
        .set("alpha", std::to_string(percent * 255 / 100));
  return tree.text();
}

std::string category_style(SymbolKind kind, const std::string& expression,
                           std::span<const StyleCategory> categories) {
  XmlTree tree("renderer-v2");
  tree.root().set("type", "categorizedSymbol").set("attr", expression).set("symbollevels", "0");
  tree.root().set("enableorderby", "0").set("forceraster", "0");
  XmlElement list = tree.root().child("categories");
  for (std::size_t i = 0; i < categories.size(); ++i)
    list.child("category")
        .set("render", "true")
        .set("symbol", std::to_string(i))
        .set("value", categories[i].value)
        .set("label", categories[i].label);
  XmlElement symbols = tree.root().child("symbols");
  for (std::size_t i = 0; i < categories.size(); ++i) {
    XmlElement symbol = symbols.child("symbol");
    symbol.set("type", kind == SymbolKind::fill ? "fill" : "line").set("name", std::to_string(i));
    symbol.set("alpha", "1").set("clip_to_extent", "1").set("force_rhr", "0");
    const Rgb color = color_of(categories[i].color, i);
    (kind == SymbolKind::fill ? fill_layer : line_layer)(symbol, color, categories[i]);
  }
  return tree.text();
}

std::string class_style(SymbolKind kind, std::span<const ClassInfo> classes,
                        const std::set<int>& see_through) {
  std::vector<StyleCategory> categories;
  for (const ClassInfo& one : classes)
    categories.push_back(
        {std::to_string(one.value), label_of(one), one.color, see_through.contains(one.value)});
  return category_style(kind, quoted_field("class"), categories);
}

std::string quoted_field(const std::string& name) {
  std::string made = "\"";
  for (const char c : name) made += c == '"' ? "\"\"" : std::string(1, c);
  return made + "\"";
}

std::string style_document(const StyleElements& elements) {
  std::string text(kHead);
  // With more categories, QGIS would also reset what the document lacks: actions, forms, scale limits.
  text += "<qgis version=\"3.22.0\" styleCategories=\"Symbology\">\n";
  text += elements.raster + elements.vectors + "</qgis>\n";
  return fmt::format("{}{}{}{}", text, kMarkBegin, digest_of(text), kMarkEnd);
}

std::optional<StyleElements> unchanged_style(const std::string& document) {
  const std::size_t mark = document.rfind(kMarkBegin);
  if (mark == std::string::npos) return std::nullopt;
  const std::string body = document.substr(0, mark);
  if (document.substr(mark) != fmt::format("{}{}{}", kMarkBegin, digest_of(body), kMarkEnd))
    return std::nullopt;
  return StyleElements{child_text(body, "qgis", "pipe"), child_text(body, "qgis", "renderer-v2")};
}

}  // namespace terramask::geo
