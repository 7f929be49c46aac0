// JSON of a network, as written in model files and by `info` and terramask-bench.
#pragma once

#include <string>
#include <vector>

#include "models/architecture.hpp"
#include "models/given_json.hpp"

namespace terramask {

/// Keys and values of a specification in the architecture's order, with defaults filled in. Training-only
/// keys are omitted at their defaults, so that files of networks without them do not change.
inline std::vector<std::pair<std::string, NetworkValue>> stated_keys(const NetworkSpec& spec) {
  std::vector<std::pair<std::string, NetworkValue>> stated;
  for (const NetworkKey& key : network_keys(spec.architecture)) {
    NetworkValue value = network_value(spec, key);
    if (!key.training_only || value != network_value({.architecture = spec.architecture}, key))
      stated.emplace_back(key.name, std::move(value));
  }
  return stated;
}

/// {"architecture": "unet", "bands": 3, "classes": 2, "width": 16, ...}
/// @tparam Json one of nlohmann's JSON types
/// @param nodes  whether a given network's nodes are listed, or only counted
template <class Json>
Json network_json(const NetworkSpec& spec, bool nodes = false) {
  Json json{{"architecture", spec.architecture}, {"bands", spec.bands}, {"classes", spec.classes}};
  for (const auto& [key, value] : stated_keys(spec))
    std::visit([&json, &name = key](const auto& v) { json[name] = v; }, value);
  if (spec.given == nullptr) return json;
  if (nodes) {
    json.update(Json(given_json(*spec.given)));
  } else {
    json["opset"] = spec.given->opset;
    json["nodes"] = spec.given->nodes.size();
  }
  return json;
}

}  // namespace terramask
