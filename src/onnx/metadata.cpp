#include "onnx/metadata.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/text.hpp"

namespace terramask::onnx_file {
namespace {

using Json = nlohmann::ordered_json;

/// A number, or a text that is one.
std::optional<double> number(const Json& json) {
  if (json.is_number()) return json.get<double>();
  if (!json.is_string()) return std::nullopt;
  const Json inner = Json::parse(json.get<std::string>(), nullptr, false);
  return inner.is_number() ? std::optional(inner.get<double>()) : std::nullopt;
}

std::vector<double> numbers(const Json& json) {
  std::vector<double> values;
  for (const Json& one : json) {
    const std::optional<double> value = number(one);
    if (!value) return {};
    values.push_back(*value);
  }
  return values;
}

/// {"0": "background", "1": "road"}, or a list with one such object for each output.
std::vector<std::string> class_names(const Json& json) {
  const Json& names = json.is_array() && !json.empty() ? json.front() : json;
  std::vector<std::string> classes;
  for (std::size_t i = 0; names.is_object() && i < names.size(); ++i) {
    const auto found = names.find(std::to_string(i));
    if (found == names.end() || !found->is_string()) return {};
    classes.push_back(found->get<std::string>());
  }
  return classes;
}

}  // namespace

Metadata read_metadata(const std::map<std::string, std::string, std::less<>>& entries,
                       std::vector<std::string>& warnings) {
  Metadata found;
  const auto read = [&](const char* key, auto take) {
    const auto entry = entries.find(key);
    if (entry == entries.end()) return;
    const Json json = entry->second.size() < (std::size_t{1} << 20)
                          ? Json::parse(entry->second, nullptr, false)
                          : Json(Json::value_t::discarded);
    if (json.is_discarded() || !take(json))
      warnings.push_back(
          fmt::format("its metadata key {} cannot be read: {}", key, quotation(entry->second)));
  };
  read("class_names", [&](const Json& json) { return !(found.classes = class_names(json)).empty(); });
  read("standardization_mean", [&](const Json& json) { return !(found.mean = numbers(json)).empty(); });
  read("standardization_std", [&](const Json& json) { return !(found.std = numbers(json)).empty(); });
  read("resolution", [&](const Json& json) {
    const std::optional<double> cm = number(json);
    if (cm && *cm > 0) found.pixel_size_m = *cm / 100;
    return cm && *cm > 0;
  });
  read("seg_thresh", [&](const Json& json) {
    const std::optional<double> value = number(json);
    if (value && *value > 0 && *value < 1) found.threshold = value;
    return value.has_value();
  });
  // Deepness divides by 255 whatever the file says of standardisation.
  if (entries.contains("model_type")) found.scale = 255;
  return found;
}

}  // namespace terramask::onnx_file
