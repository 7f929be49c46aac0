#include "cli/info_architectures.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "terramask/network.hpp"

namespace terramask::tools {
namespace {

using Json = nlohmann::ordered_json;
using Kind = NetworkKey::Kind;

std::string values_text(const NetworkKey& key) {
  if (key.kind == Kind::choice)
    return fmt::format("{} (default {})", fmt::join(key.choices, " or "), key.choices.front());
  return fmt::format("{:g} to {:g} (default {:g})", key.low, key.high, key.initial);
}

Json key_json(const NetworkKey& key) {
  Json json{{"name", key.name}};
  if (key.kind == Kind::choice) {
    json.update({{"kind", "choice"},
                 {"choices", std::vector<std::string>(key.choices.begin(), key.choices.end())},
                 {"default", key.choices.front()}});
  } else {
    const auto value = [&key](double number) {
      return key.kind == Kind::whole ? Json(static_cast<std::int64_t>(number)) : Json(number);
    };
    json.update({{"kind", key.kind == Kind::whole ? "whole" : "number"},
                 {"minimum", value(key.low)},
                 {"maximum", value(key.high)},
                 {"default", value(key.initial)}});
  }
  json["training_only"] = key.training_only;
  json["help"] = key.help;
  return json;
}

}  // namespace

std::string describe_architectures() {
  std::string text;
  for (const std::string& name : architectures()) {
    text += fmt::format("{}: {}\n", name, architecture_title(name));
    for (const NetworkKey& key : network_keys(name))
      text += fmt::format("  {:<12} {}: {}\n", key.name, key.help, values_text(key));
  }
  return text;
}

Json architectures_json() {
  Json json{{"architectures", Json::array()}};
  for (const std::string& name : architectures()) {
    Json keys = Json::array();
    for (const NetworkKey& key : network_keys(name)) keys.push_back(key_json(key));
    json["architectures"].push_back(
        {{"name", name}, {"title", architecture_title(name)}, {"keys", std::move(keys)}});
  }
  return json;
}

}  // namespace terramask::tools
