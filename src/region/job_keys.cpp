#include "region/job_keys.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <filesystem>

#include "terramask/error.hpp"

namespace terramask::region {

JsonKeys::JsonKeys(const Json& object, std::string file, std::string place)
    : object_(&object), file_(std::move(file)), place_(std::move(place)) {
  if (!object.is_object())
    throw Error(ErrorCode::format,
                fmt::format("{}: {}: not an object", file_, place_.empty() ? "the job" : place_),
                "write it as {\"key\": value, ...}");
}

const Json* JsonKeys::find(const std::string& key) {
  asked_.insert(key);
  const auto found = object_->find(key);
  return found == object_->end() || found->is_null() ? nullptr : &*found;
}

const Json& JsonKeys::need(const std::string& key) {
  const Json* found = find(key);
  if (found == nullptr)
    throw Error(ErrorCode::format, fmt::format("{}: {}: missing", file_, at(key)), "add this key");
  return *found;
}

void JsonKeys::refuse(const std::string& key, const std::string& expected) const {
  std::string found = object_->at(key).dump();
  if (found.size() > 60) found = found.substr(0, 60) + "...";
  throw Error(ErrorCode::format, fmt::format("{}: {}: found {}", file_, at(key), found), "give " + expected);
}

std::string JsonKeys::text(const std::string& key, std::string fallback) {
  const Json* found = find(key);
  if (found == nullptr) return fallback;
  if (!found->is_string()) refuse(key, "a text");
  return found->get<std::string>();
}

std::optional<double> JsonKeys::number(const std::string& key) {
  const Json* found = find(key);
  if (found == nullptr) return std::nullopt;
  if (!found->is_number() || !std::isfinite(found->get<double>())) refuse(key, "a number");
  return found->get<double>();
}

std::optional<std::int64_t> JsonKeys::whole(const std::string& key) {
  const Json* found = find(key);
  if (found == nullptr) return std::nullopt;
  if (!found->is_number_integer()) refuse(key, "a whole number");
  return found->get<std::int64_t>();
}

std::optional<std::vector<double>> JsonKeys::numbers(const std::string& key, std::size_t count) {
  const Json* found = find(key);
  if (found == nullptr) return std::nullopt;
  const auto wrong = [&] { refuse(key, fmt::format("a list of {} numbers", count)); };
  if (!found->is_array() || found->size() != count) wrong();
  std::vector<double> values;
  for (const Json& one : *found) {
    if (!one.is_number()) wrong();
    values.push_back(one.get<double>());
  }
  return values;
}

std::vector<std::string> JsonKeys::texts(const std::string& key) {
  const Json* found = find(key);
  std::vector<std::string> all;
  if (found == nullptr) return all;
  if (!found->is_array()) refuse(key, "a list of texts");
  for (const Json& one : *found) {
    if (!one.is_string()) refuse(key, "a list of texts");
    all.push_back(one.get<std::string>());
  }
  return all;
}

std::string JsonKeys::resolve(const std::string& path) const {
  // What begins with "/vsi" or has a scheme ("xyz:...") is no path of the file system.
  if (path.empty() || path.front() == '/' || path.front() == '<' || path.find(':') != std::string::npos)
    return path;
  return (std::filesystem::path(file_).parent_path() / path).lexically_normal().string();
}

std::string JsonKeys::path(const std::string& key) {
  return resolve(text(key));
}

std::optional<JsonKeys> JsonKeys::object(const std::string& key) {
  const Json* found = find(key);
  if (found == nullptr) return std::nullopt;
  return JsonKeys(*found, file_, at(key));
}

std::string JsonKeys::choice(const std::string& key, std::initializer_list<const char*> choices) {
  const Json* found = find(key);
  if (found == nullptr) return *choices.begin();
  for (const char* one : choices)
    if (*found == one) return one;
  refuse(key, fmt::format("one of {}", fmt::join(choices, ", ")));
}

void JsonKeys::finish() const {
  for (const auto& [key, value] : object_->items())
    if (!asked_.contains(key))
      throw Error(ErrorCode::format, fmt::format("{}: {}: unknown key", file_, at(key)),
                  fmt::format("the keys here are {}", fmt::join(asked_, ", ")));
}

}  // namespace terramask::region
