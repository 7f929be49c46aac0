#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "dataset/project.hpp"
#include "dataset/project_keys.hpp"
#include "geo/legend.hpp"
#include "terramask/error.hpp"
#include "terramask/tiles.hpp"

namespace terramask {
namespace {

using dataset::Json;
using dataset::KeyVisitor;
using dataset::Place;

/// Takes the keys of one object; what nobody asked for is unknown.
class Reader final : public KeyVisitor {
 public:
  Reader(const Json& object, Place place) : object_(object), place_(std::move(place)) {
    if (!object_.is_object()) place_.refuse(object_, "an object: {\"key\": value, ...}");
  }

  void whole(const char* key, std::int64_t& value, std::int64_t low, std::int64_t high, Need need) override {
    const Json* found = find(key, need);
    if (found == nullptr) return;
    if (!found->is_number_integer() || *found < low || *found > high)
      at(key).refuse(*found, low == high ? fmt::format("{}", low)
                                         : fmt::format("a whole number from {} to {}", low, high));
    value = found->get<std::int64_t>();
  }
  void seed(const char* key, std::uint64_t& value) override {
    auto number = static_cast<std::int64_t>(value);
    whole(key, number, 0, std::int64_t{1} << 53, Need::optional);
    value = static_cast<std::uint64_t>(number);
  }
  void number(const char* key, double& value, double low, double high) override {
    const Json* found = find(key, Need::optional);
    if (found == nullptr) return;
    if (!found->is_number() || !(*found >= low) || !(*found <= high))
      at(key).refuse(*found, fmt::format("a number from {:g} to {:g}", low, high));
    value = found->get<double>();
  }
  void positive(const char* key, std::optional<double>& value) override {
    const Json* found = find(key, Need::optional);
    if (found == nullptr || found->is_null()) return;
    if (!found->is_number() || !(*found > 0) || !std::isfinite(found->get<double>()))
      at(key).refuse(*found, "a number of metres above 0");
    value = found->get<double>();
  }
  void flag(const char* key, bool& value) override {
    const Json* found = find(key, Need::optional);
    if (found == nullptr) return;
    if (!found->is_boolean()) at(key).refuse(*found, "true or false");
    value = found->get<bool>();
  }
  void text(const char* key, std::string& value, Need need) override {
    const Json* found = find(key, need);
    if (found == nullptr) return;
    if (!found->is_string() || (need == Need::required && found->get_ref<const std::string&>().empty()))
      at(key).refuse(*found, "a text");
    value = found->get<std::string>();
  }
  void path(const char* key, std::string& value) override {
    text(key, value, Need::required);
    if (is_tile_source(value)) {
      const std::filesystem::path below = std::filesystem::path(place_.file).parent_path();
      value = with_tile_path(value, [&below](const std::string& tiles) {
        return tiles.starts_with('/') ? tiles : (below / tiles).lexically_normal().string();
      });
      return;
    }
    // What begins with "/vsi" or has a scheme ("NETCDF:...") is no path of the file system.
    const bool plain = value.find(':') == std::string::npos && value.front() != '/';
    const std::filesystem::path folder = std::filesystem::path(place_.file).parent_path();
    if (plain) value = (folder / value).lexically_normal().string();
  }
  void choice(const char* key, std::string& value, std::initializer_list<const char*> choices) override {
    const Json* found = find(key, Need::optional);
    if (found == nullptr) return;
    std::string names;
    for (const char* one : choices) {
      if (*found == one) {
        value = one;
        return;
      }
      names += (names.empty() ? "" : ", ") + std::string(one);
    }
    at(key).refuse(*found, "one of " + names);
  }
  void object(const char* key, const Object& keys, Need need) override {
    const Json* found = find(key, need);
    if (found == nullptr) return;
    Reader inner(*found, at(key));
    keys(inner);
    inner.finish();
  }
  bool has_form(const char* key, bool) override { return object_.contains(key); }
  void list(const char* key, std::size_t, const std::function<void(std::size_t)>& resize,
            const std::function<void(KeyVisitor&, std::size_t)>& item, Need need) override {
    const Json* found = find(key, need);
    if (found == nullptr) return;
    if (!found->is_array() || found->empty()) at(key).refuse(*found, "a list of one or more objects");
    resize(found->size());
    for (std::size_t i = 0; i < found->size(); ++i) {
      Reader inner((*found)[i], at(key).item(i));
      item(inner, i);
      inner.finish();
    }
  }
  void special(const char* key, const std::function<void(const Json&, const Place&)>& read,
               const std::function<Json()>&, Need need) override {
    if (const Json* found = find(key, need)) read(*found, at(key));
  }

  void finish() const {
    for (const auto& [key, value] : object_.items()) {
      if (known_.contains(key)) continue;
      std::string names;
      for (const auto& one : known_) names += (names.empty() ? "" : ", ") + one;
      throw Error(ErrorCode::format, fmt::format("{}: {}: unknown key", place_.file, at(key).key),
                  "the keys here are " + names);
    }
  }

 private:
  Place at(const std::string& key) const {
    return place_.key.empty() ? Place{place_.file, key} : place_.inside(key);
  }
  const Json* find(const char* key, Need need) {
    known_.insert(key);
    const auto found = object_.find(key);
    if (found != object_.end()) return &*found;
    if (need == Need::required)
      throw Error(ErrorCode::format, fmt::format("{}: {}: missing", place_.file, at(key).key),
                  "add this key");
    return nullptr;
  }

  const Json& object_;
  Place place_;
  std::set<std::string> known_;
};

[[noreturn]] void refuse(const std::string& path, const std::string& key, const std::string& cause,
                         const std::string& remedy) {
  throw Error(ErrorCode::format, fmt::format("{}: {}: {}", path, key, cause), remedy);
}

void check_classes(const std::string& path, const Project& project) {
  std::set<int> values;
  std::set<std::string> names;
  for (std::size_t i = 0; i < project.classes.size(); ++i) {
    const ClassInfo& one = project.classes[i];
    const std::string key = fmt::format("classes[{}]", i);
    if (!values.insert(one.value).second)
      refuse(path, key + ".value", fmt::format("another class has {} too", one.value), "give each its own");
    if (!names.insert(one.name).second)
      refuse(path, key + ".name", fmt::format("another class is called \"{}\" too", one.name),
             "give each its own");
    if (!geo::parse_color(one.color))
      refuse(path, key + ".color", fmt::format("found \"{}\"", one.color), "give a colour as #rrggbb");
  }
  if (project.classes.size() < 2)
    refuse(path, "classes", "one class leaves nothing to tell apart", "name two or more");
  for (const std::string& name : project.allow_missing)
    if (!names.contains(name))
      refuse(path, "allow_missing", fmt::format("no class is called \"{}\"", name), "name one of `classes`");
  const TrainingKeys& training = project.training;
  if (training.class_weighting == "list" && training.class_weights.size() != project.classes.size())
    refuse(path, "training.class_weights",
           fmt::format("{} weights for {} classes", training.class_weights.size(), project.classes.size()),
           "give one for each class, in the order of `classes`");
}

void check_images(const std::string& path, const Project& project) {
  std::set<std::string> ids, names;
  for (const ClassInfo& one : project.classes) names.insert(one.name);
  for (std::size_t i = 0; i < project.images.size(); ++i) {
    const ProjectImage& image = project.images[i];
    const std::string key = fmt::format("images[{}]", i);
    if (!ids.insert(image.id).second)
      refuse(path, key + ".id", fmt::format("another image is called \"{}\" too", image.id),
             "give each its own");
    std::vector<std::pair<std::pair<int, int>, std::string>> taken;
    for (const auto& [text, name] : image.labels.map) {
      if (!names.contains(name))
        refuse(path, key + ".labels.map." + text, fmt::format("no class is called \"{}\"", name),
               "name one of `classes`, or list the value under `ignore`");
      taken.emplace_back(*dataset::parse_values(text), text);
    }
    for (const int value : image.labels.ignore) taken.push_back({{value, value}, std::to_string(value)});
    for (std::size_t a = 0; a < taken.size(); ++a)
      for (std::size_t b = a + 1; b < taken.size(); ++b)
        if (taken[a].first.first <= taken[b].first.second && taken[b].first.first <= taken[a].first.second)
          refuse(
              path, key + ".labels",
              fmt::format("\"{}\" and \"{}\" both tell what a value means", taken[a].second, taken[b].second),
              "say of each value once what it is");
  }
}

}  // namespace

Project read_project(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    if (!std::filesystem::exists(path))
      throw Error(ErrorCode::not_found, path + ": not there", "make one with `terramask init`");
    throw Error(ErrorCode::io, path + ": cannot be read", "check its permissions");
  }
  std::stringstream text;
  text << file.rdbuf();
  if (!file) throw Error(ErrorCode::io, path + ": reading failed", "check that it is a file");
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
  Project project;
  Reader reader(json, {path, ""});
  dataset::visit_project(reader, project);
  reader.finish();
  check_classes(path, project);
  check_images(path, project);
  return project;
}

}  // namespace terramask
