#include "tiles/tile_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "terramask/error.hpp"
#include "tiles/redact.hpp"

namespace terramask::tiles {
namespace {

constexpr std::array<std::string_view, 8> kKnown{"z", "x", "y", "-y", "q", "s", "r", "ext"};
constexpr std::array<std::string_view, 4> kEndings{"webp", "jpeg", "jpg", "png"};

std::string from_environment(const std::string& name, const std::string& text) {
  const char* value = std::getenv(name.c_str());
  if (value != nullptr) return value;
  throw Error(ErrorCode::usage,
              fmt::format("{}: the environment variable {} is not set", without_secrets(text), name),
              fmt::format("set it: export {}=...", name));
}

std::string subdomain(const std::string& list, const TileAddress& address) {
  std::vector<std::string> names;
  if (list.find(',') == std::string::npos) {
    for (const char c : list) names.emplace_back(1, c);
  } else {
    for (std::size_t begin = 0; begin <= list.size();) {
      const std::size_t end = std::min(list.find(',', begin), list.size());
      names.push_back(list.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  // Each tile always has the same URL, so that proxies and caches find it again.
  return names[static_cast<std::size_t>(address.x + address.y) % names.size()];
}

/// The end of the longest value at `at`: digits, or a known extension.
std::size_t value_length(const std::string& name, const std::string& text, std::size_t at) {
  if (name == "ext") {
    for (const std::string_view ending : kEndings)
      if (text.compare(at, ending.size(), ending) == 0) return ending.size();
    return 0;
  }
  std::size_t length = 0;
  const char last = name == "q" ? '3' : '9';
  while (at + length < text.size() && text[at + length] >= '0' && text[at + length] <= last) ++length;
  return length;
}

std::optional<std::int64_t> whole(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

TileTemplate::TileTemplate(const std::string& text) {
  const auto add_text = [this](const std::string& more) {
    if (more.empty()) return;
    if (pieces_.empty() || pieces_.back().placeholder) pieces_.push_back({false, ""});
    pieces_.back().text += more;
  };
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t open = std::min(text.find('{', i), text.size());
    add_text(text.substr(i, open - i));
    if (open == text.size()) break;
    const std::size_t close = text.find('}', open);
    const std::string name = close == std::string::npos ? "" : text.substr(open + 1, close - open - 1);
    if (name.starts_with("env:")) {
      add_text(from_environment(name.substr(4), text));
    } else if (std::find(kKnown.begin(), kKnown.end(), name) != kKnown.end()) {
      pieces_.push_back({true, name});
    } else {
      throw Error(ErrorCode::usage,
                  fmt::format("{}: {{{}}} is not a placeholder", without_secrets(text), name),
                  "there are {z} {x} {y} {-y} {q} {s} {r} and {env:NAME}");
    }
    i = close + 1;
  }
}

std::string TileTemplate::fill(const TileAddress& address, const Options& options) const {
  std::string out;
  for (const Piece& piece : pieces_) {
    const std::string& name = piece.text;
    if (!piece.placeholder)
      out += name;
    else if (name == "z")
      out += std::to_string(address.zoom);
    else if (name == "x")
      out += std::to_string(address.x);
    else if (name == "y")
      out += std::to_string(address.y);
    else if (name == "-y")
      out += std::to_string(flipped_row(address.zoom, address.y));
    else if (name == "q")
      out += quadkey(address);
    else if (name == "s")
      out += subdomain(options.subdomains, address);
    else if (name == "r")
      out += options.retina ? "@2x" : "";
  }
  return out;
}

bool TileTemplate::has(const std::string& placeholder) const {
  return std::any_of(pieces_.begin(), pieces_.end(), [&placeholder](const Piece& piece) {
    return piece.placeholder && piece.text == placeholder;
  });
}

std::vector<TileTemplate> TileTemplate::components() const {
  std::vector<std::vector<Piece>> parts(1);
  for (const Piece& piece : pieces_) {
    if (piece.placeholder) {
      parts.back().push_back(piece);
      continue;
    }
    for (std::size_t begin = 0; begin <= piece.text.size();) {
      const std::size_t end = std::min(piece.text.find('/', begin), piece.text.size());
      if (end > begin) parts.back().push_back({false, piece.text.substr(begin, end - begin)});
      if (end < piece.text.size()) parts.emplace_back();
      begin = end + 1;
    }
  }
  std::vector<TileTemplate> made;
  for (auto& part : parts)
    if (!part.empty()) made.push_back(TileTemplate(std::move(part)));
  return made;
}

std::optional<std::string> TileTemplate::literal() const {
  if (pieces_.empty()) return "";
  if (pieces_.size() > 1 || pieces_[0].placeholder) return std::nullopt;
  return pieces_[0].text;
}

bool TileTemplate::match_from(std::size_t piece, const std::string& text, std::size_t at,
                              Values& values) const {
  if (piece == pieces_.size()) return at == text.size();
  const std::string& name = pieces_[piece].text;
  if (!pieces_[piece].placeholder)
    return text.compare(at, name.size(), name) == 0 && match_from(piece + 1, text, at + name.size(), values);
  if (name == "s" || name == "r") return match_from(piece + 1, text, at, values);
  for (std::size_t length = value_length(name, text, at); length > 0; --length) {
    const std::string value = text.substr(at, length);
    const auto known = values.find(name);
    if (known != values.end() && known->second != value && name != "ext") continue;
    Values tried = values;
    tried[name] = value;
    if (match_from(piece + 1, text, at + length, tried)) {
      values = std::move(tried);
      return true;
    }
    if (name == "ext") break;
  }
  return false;
}

bool TileTemplate::match_values(const std::string& text, Values& values) const {
  return match_from(0, text, 0, values);
}

std::optional<TileAddress> TileTemplate::address_of(const Values& values, std::optional<int> zoom) {
  const auto value = [&values](const char* name) -> std::optional<std::int64_t> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : whole(found->second);
  };
  TileAddress address;
  if (values.contains("q")) {
    if (values.at("q").size() > kDeepestZoom) return std::nullopt;
    address = from_quadkey(values.at("q"));
  } else {
    const auto z = value("z"), x = value("x"), y = value("y"), flipped = value("-y");
    if (!x || !(y || flipped) || !(z || zoom)) return std::nullopt;
    const std::int64_t level = z ? *z : *zoom;
    if (level < 0 || level > kDeepestZoom) return std::nullopt;
    address = {static_cast<int>(level), *x, 0};
    address.y = y ? *y : flipped_row(address.zoom, *flipped);
  }
  if (!address.in_world()) return std::nullopt;
  return address;
}

std::optional<TileAddress> TileTemplate::match(const std::string& text, std::optional<int> zoom) const {
  Values values;
  if (!match_values(text, values)) return std::nullopt;
  return address_of(values, zoom);
}

}  // namespace terramask::tiles
