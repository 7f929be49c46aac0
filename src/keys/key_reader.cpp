#include "keys/key_reader.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "terramask/error.hpp"
#include "terramask/tiles.hpp"

namespace terramask::keys {

void Place::refuse(const Json& found, const std::string& expected) const {
  std::string text = found.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  throw Error(ErrorCode::format, fmt::format("{}: {}found {}", file, key.empty() ? "" : key + ": ", text),
              "give " + expected);
}

Place Place::item(std::size_t index) const {
  return {file, fmt::format("{}[{}]", key, index)};
}

Json read_json(const std::string& path, const std::string& remedy) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    if (!std::filesystem::exists(path)) throw Error(ErrorCode::not_found, path + ": not there", remedy);
    throw Error(ErrorCode::io, path + ": cannot be read", "check its permissions");
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw Error(ErrorCode::io, path + ": a folder", "name a file");
  std::stringstream text;
  text << file.rdbuf();
  if (text.str().empty())
    throw Error(ErrorCode::format, path + ": empty", "write it again, or copy it again");
  if (!file) throw Error(ErrorCode::io, path + ": reading failed", "check that it is a file");
  const std::size_t first = text.str().find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (first != std::string::npos && text.str()[first] != '{' && text.str()[first] != '[')
    throw Error(ErrorCode::format, path + ": not a JSON file", remedy);
  Json json;
  try {
    json = Json::parse(text.str());
  } catch (const Json::parse_error& error) {
    const std::string what = error.what();
    const std::size_t begin = what.find("] ");
    throw Error(
        ErrorCode::format,
        fmt::format("{}: not JSON: {}", path, begin == std::string::npos ? what : what.substr(begin + 2)),
        "correct it there");
  }
  return json;
}

std::string path_from(const std::string& file, const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  const auto below = [&folder](const std::string& relative) {
    return relative.starts_with('/') ? relative : (folder / relative).lexically_normal().string();
  };
  if (is_tile_source(path)) return with_tile_path(path, below);
  // Text that begins with "/vsi" or "<", or has a scheme ("NETCDF:..."), is not a file system path.
  std::error_code failed;
  const std::string place = below(path);
  if (path.starts_with('@') && !std::filesystem::exists(place, failed)) return "@" + below(path.substr(1));
  if (path.starts_with('<') || path.starts_with("/vsi")) return path;
  if (path.find(':') == std::string::npos || std::filesystem::exists(place, failed)) return place;
  // A folder or file with a colon in its name, before any wildcard.
  const std::string fixed = place.substr(0, place.find_first_of("*?[{"));
  const bool there = path.find('/') != std::string::npos &&
                     std::filesystem::exists(fixed.substr(0, fixed.rfind('/') + 1), failed) &&
                     path.find(':') < path.rfind('/') && path.find_first_of("*?[{") != std::string::npos;
  return there ? place : path;
}

KeyReader::KeyReader(const Json& object, Place place) : object_(object), place_(std::move(place)) {
  if (!object_.is_object()) place_.refuse(object_, "an object: {\"key\": value, ...}");
}

void KeyReader::whole(const char* key, std::int64_t& value, std::int64_t low, std::int64_t high, Need need) {
  const Json* found = find(key, need);
  if (found == nullptr) return;
  if (!found->is_number_integer() || *found < low || *found > high)
    at(key).refuse(*found, low == high ? fmt::format("{}", low)
                                       : fmt::format("a whole number from {} to {}", low, high));
  value = found->get<std::int64_t>();
}

void KeyReader::seed(const char* key, std::uint64_t& value) {
  auto number = static_cast<std::int64_t>(value);
  whole(key, number, 0, std::int64_t{1} << 53, Need::optional);
  value = static_cast<std::uint64_t>(number);
}

void KeyReader::number(const char* key, double& value, double low, double high) {
  const Json* found = find(key, Need::optional);
  if (found == nullptr) return;
  if (!found->is_number() || !(*found >= low) || !(*found <= high))
    at(key).refuse(*found, fmt::format("a number from {:g} to {:g}", low, high));
  value = found->get<double>();
}

void KeyReader::positive(const char* key, std::optional<double>& value) {
  const Json* found = find(key, Need::optional);
  if (found == nullptr || found->is_null()) return;
  if (!found->is_number() || !(*found > 0) || !std::isfinite(found->get<double>()))
    at(key).refuse(*found, "a number above 0");
  value = found->get<double>();
}

void KeyReader::flag(const char* key, bool& value) {
  const Json* found = find(key, Need::optional);
  if (found == nullptr) return;
  if (!found->is_boolean()) at(key).refuse(*found, "true or false");
  value = found->get<bool>();
}

void KeyReader::text(const char* key, std::string& value, Need need) {
  const Json* found = find(key, need);
  if (found == nullptr) return;
  if (!found->is_string() || (need == Need::required && found->get_ref<const std::string&>().empty()))
    at(key).refuse(*found, "a text");
  value = found->get<std::string>();
}

void KeyReader::path(const char* key, std::string& value) {
  text(key, value, Need::required);
  value = path_from(place_.file, value);
}

void KeyReader::one_of(const char* key, std::string& value, std::span<const std::string_view> choices) {
  const Json* found = find(key, Need::optional);
  if (found == nullptr) return;
  std::string names;
  for (const std::string_view one : choices) {
    if (*found == one) {
      value = one;
      return;
    }
    names += (names.empty() ? "" : ", ") + std::string(one);
  }
  at(key).refuse(*found, "one of " + names);
}

void KeyReader::object(const char* key, const Object& keys, Need need) {
  const Json* found = find(key, need);
  if (found == nullptr) return;
  KeyReader inner(*found, at(key));
  keys(inner);
  inner.finish();
}

void KeyReader::list(const char* key, std::size_t, const std::function<void(std::size_t)>& resize,
                     const std::function<void(KeyVisitor&, std::size_t)>& item, Need need) {
  const Json* found = find(key, need);
  if (found == nullptr) return;
  if (!found->is_array() || found->empty()) at(key).refuse(*found, "a list of one or more objects");
  resize(found->size());
  for (std::size_t i = 0; i < found->size(); ++i) {
    KeyReader inner((*found)[i], at(key).item(i));
    item(inner, i);
    inner.finish();
  }
}

void KeyReader::special(const char* key, const std::function<void(const Json&, const Place&)>& read,
                        const std::function<Json()>&, Need need) {
  if (const Json* found = find(key, need)) read(*found, at(key));
}

void KeyReader::finish() const {
  for (const auto& [key, value] : object_.items()) {
    if (known_.contains(key)) continue;
    std::string names;
    for (const auto& one : known_) names += (names.empty() ? "" : ", ") + one;
    throw Error(ErrorCode::format, fmt::format("{}: {}: unknown key", place_.file, at(key).key),
                "the keys here are " + names);
  }
}

Place KeyReader::at(const std::string& key) const {
  return place_.key.empty() ? Place{place_.file, key} : place_.inside(key);
}

const Json* KeyReader::find(const char* key, Need need) {
  known_.insert(key);
  const auto found = object_.find(key);
  if (found != object_.end()) return &*found;
  if (need == Need::required)
    throw Error(ErrorCode::format, fmt::format("{}: {}: missing", place_.file, at(key).key), "add this key");
  return nullptr;
}

void KeyReader::named(const char* key, const std::vector<std::string>&,
                      const std::function<void(KeyVisitor&, const std::string&)>& item, Need need) {
  const Json* found = find(key, need);
  if (found == nullptr) return;
  if (!found->is_object() || found->empty()) at(key).refuse(*found, "an object of one or more named objects");
  for (const auto& [name, value] : found->items()) {
    KeyReader inner(value, at(key).inside(name));
    item(inner, name);
    inner.finish();
  }
}

}  // namespace terramask::keys
