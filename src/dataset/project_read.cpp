#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "dataset/project.hpp"
#include "dataset/project_keys.hpp"
#include "geo/style/mask_classes.hpp"
#include "keys/key_reader.hpp"
#include "keys/key_setting.hpp"
#include "terramask/error.hpp"

namespace terramask {
namespace {

using dataset::Json;

[[noreturn]] void refuse(const std::string& path, const std::string& key, const std::string& cause,
                         const std::string& remedy) {
  throw Error(ErrorCode::format, fmt::format("{}: {}: {}", path, key, cause), remedy);
}

void check_label_noise(const std::string& path, const LabelNoiseKeys& noise, const std::string& first_class,
                       const std::set<std::string>& names) {
  const std::string key = "training.label_noise";
  const std::string& background = noise.background.empty() ? first_class : noise.background;
  if (!names.contains(background))
    refuse(path, key + ".background", fmt::format("no class is called \"{}\"", background),
           "name one of \"classes\"");
  double committed = 0;
  for (const auto& [shares, name] :
       {std::pair{&noise.omission, "omission"}, std::pair{&noise.commission, "commission"}})
    for (const auto& [of, share] : *shares)
      if (!names.contains(of) || of == background)
        refuse(path, fmt::format("{}.{}", key, name),
               fmt::format("\"{}\" is no class that could be missed", of),
               fmt::format("name one of \"classes\" other than the background, \"{}\"", background));
  for (const auto& [of, share] : noise.commission) committed += share;
  for (const auto& [of, share] : noise.omission)
    if (share + committed >= 1)
      refuse(path, key,
             fmt::format("omission of \"{}\" and all commission add up to {:g}", of, share + committed),
             "keep them below 1: else a label says the opposite of itself");
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
  if (project.classes.size() < 2) refuse(path, "classes", "one class only", "name two or more");
  for (const std::string& name : project.allow_missing)
    if (!names.contains(name))
      refuse(path, "allow_missing", fmt::format("no class is called \"{}\"", name),
             "name one of \"classes\"");
  const TrainingKeys& training = project.training;
  if (training.gamma && (*training.gamma > 1 || *training.gamma < 1e-6))
    refuse(path, "training.gamma", fmt::format("found {}", *training.gamma), "give a number from 1e-06 to 1");
  if (training.choose_threshold && project.classes.size() != 2)
    refuse(path, "training.choose_threshold",
           fmt::format("a threshold needs two classes, there are {}", project.classes.size()),
           "leave it out");
  if (training.class_weighting == ClassWeighting::list &&
      training.class_weights.size() != project.classes.size())
    refuse(path, "training.class_weights",
           fmt::format("{} weights for {} classes", training.class_weights.size(), project.classes.size()),
           "give one for each class, in the order of \"classes\"");
  if (training.class_weighting == ClassWeighting::list &&
      std::none_of(training.class_weights.begin(), training.class_weights.end(),
                   [](double w) { return w > 0; }))
    refuse(path, "training.class_weights", "all of them are 0, and no pixel would count",
           "give at least one class a weight above 0");
  check_label_noise(path, training.label_noise, project.classes.front().name, names);
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
        refuse(path, fmt::format("{}.labels.map.{}", key, text),
               fmt::format("no class is called \"{}\"", name),
               "name one of \"classes\", or list the value under \"ignore\"");
      if (const auto range = dataset::parse_values(text)) taken.emplace_back(*range, text);
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

namespace {

Project project_of(const Json& json, const std::string& path) {
  Project project;
  keys::KeyReader reader(json, {path, ""});
  dataset::visit_project(reader, project);
  reader.finish();
  check_classes(path, project);
  check_images(path, project);
  return project;
}

}  // namespace

Project read_project(const std::string& path, const std::vector<keys::Setting>& settings) {
  const Json json = keys::read_json(path, "make one with `terramask init`");
  Project project = project_of(json, path);
  if (settings.empty()) return project;
  return keys::read_with(settings, json, path, [&path](const Json& set) { return project_of(set, path); });
}

Project with_settings(const Project& project, const std::string& path,
                      const std::vector<keys::Setting>& settings) {
  const std::string whole = std::filesystem::absolute(path).lexically_normal().string();
  const Json json = Json::parse(project_text(project, std::filesystem::path(whole).parent_path().string()));
  return keys::read_with(settings, json, whole, [&whole](const Json& set) { return project_of(set, whole); });
}

}  // namespace terramask
