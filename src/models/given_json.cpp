#include "models/given_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "models/given/host.hpp"
#include "terramask/error.hpp"

namespace terramask {
namespace {

using namespace description;
using given::kMostAxes, given::kMostNodes;

Json values_json(const std::variant<std::vector<std::int64_t>, std::vector<double>>& values) {
  return std::visit([](const auto& list) { return Json(list); }, values);
}

std::vector<std::string> names(const Json& json, const std::string& where) {
  std::vector<std::string> result;
  for (const Json& one : array(json, where)) result.push_back(text(one, where));
  return result;
}

std::vector<std::int64_t> integers(const Json& json, const std::string& where) {
  std::vector<std::int64_t> result;
  for (const Json& one : array(json, where)) result.push_back(integer(one, where));
  return result;
}

std::vector<std::int64_t> shape(const Json& json, const std::string& where) {
  std::vector<std::int64_t> result = integers(json, where);
  if (result.size() > kMostAxes ||
      std::ranges::any_of(result, [](std::int64_t extent) { return extent < 0; }))
    fail(where + " is no shape");
  return result;
}

/// A list without a fraction anywhere is one of whole numbers.
std::variant<std::vector<std::int64_t>, std::vector<double>> values(const Json& json,
                                                                    const std::string& where) {
  array(json, where);
  if (std::ranges::all_of(json, [](const Json& one) { return one.is_number_integer(); }))
    return integers(json, where);
  std::vector<double> result;
  for (const Json& one : json) result.push_back(real(one, where));
  return result;
}

GivenAttribute attribute(const Json& json, const std::string& where) {
  if (json.is_array())
    return std::visit([](auto list) { return GivenAttribute(std::move(list)); }, values(json, where));
  if (json.is_string()) return text(json, where);
  if (json.is_number_integer()) return integer(json, where);
  return real(json, where);
}

Json node_json(const GivenNode& node) {
  Json json{{"op", node.op}};
  if (!node.name.empty()) json["name"] = node.name;
  json["inputs"] = node.inputs;
  json["outputs"] = node.outputs;
  for (const auto& [name, value] : node.attributes)
    std::visit([&json, &key = name](const auto& v) { json["attributes"][key] = v; }, value);
  return json;
}

GivenNode parse_node(const Json& json, const std::string& where) {
  object(json, where);
  GivenNode node{.op = text(need(json, "op", where), where + ": op"),
                 .name = {},
                 .inputs = names(need(json, "inputs", where), where + ": inputs"),
                 .outputs = names(need(json, "outputs", where), where + ": outputs")};
  if (json.contains("name")) node.name = text(json["name"], where + ": name");
  if (json.contains("attributes"))
    for (const auto& item : object(json["attributes"], where + ": attributes").items())
      node.attributes[item.key()] = attribute(item.value(), where + ": " + quotation(item.key()));
  return node;
}

}  // namespace

nlohmann::ordered_json given_json(const GivenNetwork& network) {
  Json json{{"opset", network.opset}, {"input", network.input}, {"output", network.output}};
  if (network.one_logit) json["one_logit"] = true;
  json["nodes"] = Json::array();
  for (const GivenNode& node : network.nodes) json["nodes"].push_back(node_json(node));
  json["constants"] = Json::array();
  for (const auto& [name, constant] : network.constants)
    json["constants"].push_back(
        {{"name", name}, {"shape", constant.shape}, {"values", values_json(constant.values)}});
  json["weights"] = Json::array();
  for (const auto& [name, extents] : network.weights)
    json["weights"].push_back({{"name", name}, {"shape", extents}});
  return json;
}

GivenNetwork parse_given(const nlohmann::ordered_json& json) {
  constexpr std::array<std::string_view, 10> known{"architecture", "bands",  "classes",   "opset",
                                                   "input",        "output", "one_logit", "nodes",
                                                   "constants",    "weights"};
  for (const auto& item : json.items())
    if (std::ranges::find(known, item.key()) == known.end())
      throw Error(ErrorCode::unsupported,
                  fmt::format("its network has the unknown key {}", quotation(item.key())),
                  "it may need a newer Terramask");
  GivenNetwork network;
  network.opset = integer(need(json, "opset", "network"), "network: opset");
  network.input = text(need(json, "input", "network"), "network: input");
  network.output = text(need(json, "output", "network"), "network: output");
  if (json.contains("one_logit")) {
    if (!json["one_logit"].is_boolean()) fail("network: one_logit is neither true nor false");
    network.one_logit = json["one_logit"].get<bool>();
  }
  const Json& nodes = array(need(json, "nodes", "network"), "network: nodes");
  if (nodes.size() > kMostNodes)
    fail(fmt::format("network: {} nodes (at most {})", nodes.size(), kMostNodes));
  for (const Json& one : nodes)
    network.nodes.push_back(parse_node(one, fmt::format("network: node {}", network.nodes.size() + 1)));
  for (const Json& one : array(need(json, "constants", "network"), "network: constants")) {
    const std::string where = fmt::format("network: constant {}", network.constants.size() + 1);
    Constant constant{shape(need(object(one, where), "shape", where), where),
                      values(need(one, "values", where), where)};
    if (static_cast<std::size_t>(given::elements(constant.shape)) !=
        std::visit([](const auto& list) { return list.size(); }, constant.values))
      fail(where + ": its values do not fill its shape");
    network.constants[text(need(one, "name", where), where + ": name")] = std::move(constant);
  }
  for (const Json& one : array(need(json, "weights", "network"), "network: weights")) {
    const std::string where = fmt::format("network: weight {}", network.weights.size() + 1);
    network.weights[text(need(object(one, where), "name", where), where + ": name")] =
        shape(need(one, "shape", where), where);
  }
  return network;
}

}  // namespace terramask
