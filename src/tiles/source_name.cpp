#include "tiles/source_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <vector>

#include "terramask/error.hpp"
#include "terramask/tiles.hpp"
#include "tiles/address.hpp"
#include "tiles/redact.hpp"

namespace terramask::tiles {
namespace {

constexpr std::string_view kScheme = "xyz:";
constexpr const char* kKeys =
    "zoom, bounds, bounds-crs, tile-size, margin, pixels, subdomains, attribution, licence";

[[noreturn]] void refuse(const std::string& text, const std::string& cause, const std::string& remedy) {
  throw Error(ErrorCode::usage, without_secrets(text) + ": " + cause, remedy);
}

template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int value = 0;
    const char* digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
      out.push_back(static_cast<char>(value));
      i += 2;
    } else {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '%' || c == '&' || c == '#' || c == '+' || std::iscntrl(static_cast<unsigned char>(c)) != 0)
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    else
      out.push_back(c == ' ' ? '+' : c);
  }
  return out;
}

std::optional<std::array<double, 4>> parse_bounds(std::string_view text) {
  std::array<double, 4> box{};
  std::size_t count = 0;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find_first_of(", ;", begin), text.size());
    const auto value = number<double>(text.substr(begin, end - begin));
    if (!value || !std::isfinite(*value) || count == box.size()) return std::nullopt;
    box[count++] = *value;
    begin = end + 1;
  }
  // Across 180 degrees xmin is the larger one; whether the CRS is in degrees is not known here.
  if (count != box.size() || box[0] == box[2] || box[1] >= box[3]) return std::nullopt;
  if (box[0] > box[2] && !(can_be_degrees(box) && box[2] + 360 - box[0] <= 180)) return std::nullopt;
  return box;
}

/// Where the options begin: the last '#' before "key=", which is unlikely in a path.
std::size_t fragment_of(std::string_view text) {
  const std::size_t hash = text.rfind('#');
  if (hash == std::string_view::npos) return hash;
  std::size_t end = hash + 1;
  while (end < text.size() && (std::islower(static_cast<unsigned char>(text[end])) != 0 || text[end] == '-'))
    ++end;
  return end > hash + 1 && end < text.size() && text[end] == '=' ? hash : std::string_view::npos;
}

void set_whole(const std::string& text, const std::string& key, const std::string& value, int low, int high,
               int& to) {
  const auto found = number<int>(value);
  if (!found || *found < low || *found > high)
    refuse(text, fmt::format("{}={}", key, value),
           fmt::format("give a whole number from {} to {}", low, high));
  to = *found;
}

void set(SourceName& name, const std::string& text, const std::string& key, const std::string& value) {
  if (key == "zoom") {
    set_whole(text, key, value, 0, kDeepestZoom, name.zoom.emplace());
  } else if (key == "bounds") {
    name.bounds = parse_bounds(value);
    if (!name.bounds)
      refuse(text, fmt::format("bounds={}", value), "write them as bounds=XMIN,YMIN,XMAX,YMAX");
  } else if (key == "bounds-crs") {
    name.bounds_crs = value;
  } else if (key == "tile-size") {
    set_whole(text, key, value, 16, 8192, name.tile_size);
  } else if (key == "margin") {
    set_whole(text, key, value, 0, 64, name.margin);
  } else if (key == "pixels") {
    if (value != "colour" && value != "index")
      refuse(text, "pixels=" + value, "give pixels=colour or pixels=index");
    name.pixels = value == "index" ? Pixels::index : Pixels::colour;
  } else if (key == "subdomains") {
    if (value.empty()) refuse(text, "subdomains= names none", "write subdomains=abc or subdomains=mt0,mt1");
    name.subdomains = value;
  } else if (key == "attribution") {
    name.attribution = value;
  } else if (key == "licence") {
    name.licence = value;
  } else {
    refuse(text, fmt::format("there is no key \"{}\"", key), fmt::format("the keys after # are {}", kKeys));
  }
}

void check_location(const std::string& text, const SourceName& name) {
  if (name.location.empty())
    refuse(text, "names no tiles", "write xyz:FOLDER, xyz:FILE.mbtiles or xyz:https://.../{z}/{x}/{y}.png");
  const bool is_url = name.location.find("://") != std::string::npos;
  if (is_url && !on_a_server(name) && !name.location.starts_with("file://"))
    refuse(text, "only http, https and file URLs are read", "name one of these, or a local path");
  if (on_a_server(name) && !is_template(name))
    refuse(text, "an address without {z}, {x} and {y} names one file, not tiles",
           "write it as https://.../{z}/{x}/{y}.png");
  if (!is_template(name)) return;
  const auto has = [&name](const char* part) { return name.location.find(part) != std::string::npos; };
  if (!has("{q}") && !(has("{x}") && (has("{y}") || has("{-y}"))))
    refuse(text, "the template does not say which tile: it needs {x} and {y} (or {-y}), or {q}",
           "write it as .../{z}/{x}/{y}.png");
}

}  // namespace

bool is_source_name(std::string_view name) {
  if (name.size() < kScheme.size()) return false;
  return std::equal(kScheme.begin(), kScheme.end(), name.begin(),
                    [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
}

bool on_a_server(const SourceName& name) {
  return name.location.starts_with("http://") || name.location.starts_with("https://");
}

bool is_template(const SourceName& name) {
  return name.location.find('{') != std::string::npos;
}

SourceName parse_source_name(const std::string& text) {
  if (!is_source_name(text)) refuse(text, "not a source of tiles", "begin it with xyz:");
  const std::string rest = text.substr(kScheme.size());
  const std::size_t hash = fragment_of(rest);
  SourceName name;
  name.location = rest.substr(0, hash);
  if (hash != std::string::npos) {
    const std::string_view options = std::string_view(rest).substr(hash + 1);
    for (std::size_t begin = 0; begin <= options.size();) {
      const std::size_t end = std::min(options.find('&', begin), options.size());
      const std::string_view one = options.substr(begin, end - begin);
      begin = end + 1;
      const std::size_t equals = one.find('=');
      if (equals == std::string_view::npos)
        refuse(text, fmt::format("\"{}\" after # is not KEY=VALUE", one),
               fmt::format("the keys are {}", kKeys));
      set(name, text, std::string(one.substr(0, equals)), decoded(one.substr(equals + 1)));
    }
  }
  check_location(text, name);
  return name;
}

std::string to_string(const SourceName& name) {
  std::vector<std::string> options;
  if (name.zoom) options.push_back(fmt::format("zoom={}", *name.zoom));
  if (name.bounds) options.push_back(fmt::format("bounds={}", fmt::join(*name.bounds, ",")));
  if (!name.bounds_crs.empty()) options.push_back("bounds-crs=" + encoded(name.bounds_crs));
  if (name.tile_size != 0) options.push_back(fmt::format("tile-size={}", name.tile_size));
  if (name.margin != 0) options.push_back(fmt::format("margin={}", name.margin));
  if (name.pixels == Pixels::index) options.emplace_back("pixels=index");
  if (name.subdomains != "abc") options.push_back("subdomains=" + encoded(name.subdomains));
  if (!name.attribution.empty()) options.push_back("attribution=" + encoded(name.attribution));
  if (!name.licence.empty()) options.push_back("licence=" + encoded(name.licence));
  return fmt::format("{}{}{}{}", kScheme, name.location, options.empty() ? "" : "#", fmt::join(options, "&"));
}

}  // namespace terramask::tiles
