#include "models/model_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "core/class_json.hpp"
#include "core/text.hpp"
#include "models/given/build.hpp"
#include "models/given_json.hpp"
#include "models/json_fields.hpp"
#include "models/network_json.hpp"

namespace terramask {
namespace {

using namespace description;

// GDAL's real types.
constexpr std::array<std::string_view, 10> kBandTypes{"Byte",  "Int8",   "UInt16", "Int16",   "UInt32",
                                                      "Int32", "UInt64", "Int64",  "Float32", "Float64"};

// JSON without duplicate keys and deep nesting, both of which the library accepts, and without objects so
// large that linear lookup of their keys would take very long.
Json parse_strictly(std::string_view text) {
  if (text.size() > kMaxDescriptionBytes)
    fail(fmt::format("{} bytes long (at most {})", text.size(), kMaxDescriptionBytes));
  if (text.find('\0') != std::string_view::npos) fail("not valid JSON (a zero byte)");
  std::vector<std::set<std::string, std::less<>>> keys;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start) {
      if (depth >= kMaxDescriptionDepth) fail(fmt::format("nested deeper than {}", kMaxDescriptionDepth));
    }
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key) {
      if (!keys.back().insert(value.get<std::string>()).second)
        fail(fmt::format("names {} twice", quotation(value.get<std::string>())));
      if (keys.back().size() > kMaxDescriptionKeys)
        fail(fmt::format("an object of more than {} keys", kMaxDescriptionKeys));
    }
    return true;
  };
  try {
    return Json::parse(text.begin(), text.end(), watch);
  } catch (const Json::parse_error& error) {
    fail(fmt::format("not valid JSON (near its byte {})", error.byte));
  } catch (const Json::exception&) {
    fail("not valid JSON (a number too large)");
  }
}

void warn_of_others(const Json& parent, std::initializer_list<std::string_view> known,
                    const std::string& where, std::vector<std::string>& warnings) {
  for (const auto& item : parent.items())
    if (std::find(known.begin(), known.end(), item.key()) == known.end())
      warnings.push_back(fmt::format("{} has the unknown key {}, ignored", where, quotation(item.key())));
}

NetworkValue network_value_of(const Json& value, const NetworkKey& key) {
  const std::string where = fmt::format("network: {}", key.name);
  switch (key.kind) {
    case NetworkKey::Kind::whole:
      return integer(value, where);
    case NetworkKey::Kind::number:
      return number(value, where);
    case NetworkKey::Kind::choice:
      return text(value, where);
  }
  throw Error(ErrorCode::internal, "unknown kind of key");
}

// A key unknown to all architectures may affect what the network computes, so it is an error. Keys of another
// architecture have no effect, nor do its training keys, with which models have been exported.
NetworkSpec parse_network(const Json& json, std::vector<std::string>& warnings) {
  NetworkSpec spec;
  spec.architecture = text(need(json, "architecture", "network"), "network: architecture");
  spec.bands = integer(need(json, "bands", "network"), "network: bands");
  spec.classes = integer(need(json, "classes", "network"), "network: classes");
  if (spec.architecture == given_architecture.name) {
    check_counts(spec);
    GivenNetwork network = parse_given(json);
    given::settle(network, spec.bands);
    spec.given = std::make_shared<const GivenNetwork>(std::move(network));
    return spec;
  }
  for (const NetworkKey& key : network_keys(spec.architecture)) {
    const std::string key_name(key.name);
    // Without the channels a file would describe another network; the rest has had its default all along.
    if (key.channels || json.contains(key_name))
      spec.keys[key_name] = network_value_of(need(json, key_name.c_str(), "network"), key);
  }
  const auto all = all_network_keys();
  for (const auto& item : json.items()) {
    const std::string& key = item.key();
    if (key == "architecture" || key == "bands" || key == "classes" || spec.keys.contains(key)) continue;
    const auto known = std::ranges::find(all, key, &NetworkKey::name);
    if (known == all.end())
      throw Error(ErrorCode::unsupported, fmt::format("its network has the unknown key {}", quotation(key)),
                  "it may need a newer Terramask");
    if (!known->training_only)
      warnings.push_back(fmt::format("network: {} does not apply to {}, ignored", key, spec.architecture));
  }
  try {
    check_spec(spec);
  } catch (const Error& error) {
    throw Error(ErrorCode::format, error.message(), error.remedy());
  }
  return spec;
}

std::vector<ModelBand> parse_bands(const Json& json, std::int64_t expected,
                                   std::vector<std::string>& warnings) {
  if (!json.is_array()) fail("bands is not a list");
  if (json.size() != static_cast<std::size_t>(expected))
    fail(fmt::format("bands lists {}, the network takes {}", json.size(), expected));
  std::vector<ModelBand> bands;
  std::set<std::string> names;
  for (const Json& item : json) {
    const std::string where = fmt::format("band {}", bands.size() + 1);
    object(item, where);
    ModelBand band;
    band.name = name(need(item, "name", where), where + ": name");
    if (!names.insert(band.name).second) fail(fmt::format("two bands are named {}", quotation(band.name)));
    if (item.contains("type")) band.type = text(item["type"], where + ": type");
    if (!band.type.empty() && std::find(kBandTypes.begin(), kBandTypes.end(), band.type) == kBandTypes.end())
      fail(fmt::format("{}: unknown type {}", where, quotation(band.type)));
    band.mean = number(need(item, "mean", where), where + ": mean");
    band.std = positive(need(item, "std", where), where + ": std");
    warn_of_others(item, {"name", "type", "mean", "std"}, where, warnings);
    bands.push_back(std::move(band));
  }
  return bands;
}

bool is_color(std::string_view color) {
  return color.size() == 7 && color.front() == '#' &&
         color.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string_view::npos;
}

std::vector<ClassInfo> parse_classes(const Json& json, std::int64_t expected,
                                     std::vector<std::string>& warnings) {
  if (!json.is_array()) fail("classes is not a list");
  if (json.size() != static_cast<std::size_t>(expected))
    fail(fmt::format("classes lists {}, the network gives {}", json.size(), expected));
  std::vector<ClassInfo> classes;
  std::set<int> values;
  std::set<std::string> names;
  for (const Json& item : json) {
    const std::string where = fmt::format("class {}", classes.size() + 1);
    object(item, where);
    const std::int64_t value = integer(need(item, "value", where), where + ": value");
    if (value < 0 || value > 65534) fail(fmt::format("{}: value {} (0 to 65534)", where, value));
    if (!values.insert(static_cast<int>(value)).second)
      fail(fmt::format("two classes have the value {}", value));
    ClassInfo info{.value = static_cast<int>(value),
                   .name = name(need(item, "name", where), where + ": name"),
                   .color = text(need(item, "color", where), where + ": color")};
    if (!names.insert(info.name).second) fail(fmt::format("two classes are named {}", quotation(info.name)));
    if (!is_color(info.color))
      fail(fmt::format("{}: color {}, expected \"#rrggbb\"", where, quotation(info.color)));
    if (const auto found = item.find("transparent"); found != item.end() && !found->is_null()) {
      if (!found->is_boolean()) fail(where + ": transparent is neither true nor false");
      info.transparent = found->get<bool>();
    }
    warn_of_others(item, {"value", "name", "color", "transparent"}, where, warnings);
    classes.push_back(std::move(info));
  }
  return classes;
}

ModelInfo parse(std::string_view description, std::vector<std::string>& warnings) {
  const Json json = parse_strictly(description);
  object(json, "it");
  const std::int64_t format = integer(need(json, "format", "it"), "format");
  if (format != 1)
    throw Error(ErrorCode::unsupported, fmt::format("a model file of format {}", format),
                "this Terramask reads format 1; take a newer one");
  ModelInfo info;
  info.network = parse_network(object(need(json, "network", "it"), "network"), warnings);
  info.bands = parse_bands(need(json, "bands", "it"), info.network.bands, warnings);
  info.classes = parse_classes(need(json, "classes", "it"), info.network.classes, warnings);
  if (const auto size = json.find("pixel_size_m"); size != json.end() && !size->is_null())
    info.pixel_size_m = positive(*size, "pixel_size_m");
  const std::int64_t stride = total_stride(info.network);
  info.pad_multiple = std::max<std::int64_t>(32, stride);
  if (json.contains("pad_multiple")) info.pad_multiple = integer(json["pad_multiple"], "pad_multiple");
  if (info.pad_multiple < 1 || info.pad_multiple > 65536 || info.pad_multiple % stride != 0)
    fail(fmt::format("pad_multiple is {}, must be a multiple of {} (the network's stride), at most 65536",
                     info.pad_multiple, stride));
  if (const auto rule = json.find("nodata_rule"); rule != json.end()) {
    const auto known = parse_nodata_rule(text(*rule, "nodata_rule"));
    if (!known) fail(fmt::format("nodata_rule is {}, must be auto, any or all", quotation(text(*rule, ""))));
    info.nodata_rule = *known;
  }
  if (const auto threshold = json.find("threshold"); threshold != json.end() && !threshold->is_null()) {
    info.threshold = positive(*threshold, "threshold");
    if (info.network.classes != 2)
      fail(fmt::format("threshold is for two classes, the network gives {}", info.network.classes));
    if (!(static_cast<float>(*info.threshold) < 1)) fail("threshold is not below 1");
  }
  if (json.contains("provenance")) info.provenance = json["provenance"].dump();
  warn_of_others(json,
                 {"format", "network", "bands", "classes", "pixel_size_m", "pad_multiple", "nodata_rule",
                  "threshold", "provenance"},
                 "the description", warnings);
  return info;
}

}  // namespace

ModelInfo parse_description(std::string_view description, const std::string& file,
                            std::vector<std::string>& warnings) {
  try {
    return parse(description, warnings);
  } catch (const Error& error) {
    throw Error(error.code(), file + ": " + error.message(), error.remedy());
  }
}

std::string with_threshold(std::string_view description, double threshold) {
  Json json = parse_strictly(description);
  json["threshold"] = threshold;
  return json.dump();
}

std::string description_text(const ModelInfo& info) {
  Json json{{"format", 1}, {"network", network_json<Json>(info.network, true)}};
  json["bands"] = Json::array();
  for (const ModelBand& band : info.bands)
    json["bands"].push_back(
        {{"name", band.name}, {"type", band.type}, {"mean", band.mean}, {"std", band.std}});
  json["pixel_size_m"] = info.pixel_size_m ? Json(*info.pixel_size_m) : Json(nullptr);
  json["pad_multiple"] = info.pad_multiple;
  json["nodata_rule"] = to_string(info.nodata_rule);
  json["classes"] = Json::array();
  for (const ClassInfo& item : info.classes) json["classes"].push_back(class_json<Json>(item));
  if (info.threshold) json["threshold"] = *info.threshold;
  try {
    if (!info.provenance.empty()) json["provenance"] = parse_strictly(info.provenance);
    return json.dump();
  } catch (const Json::exception&) {
    throw Error(ErrorCode::usage, "a name of the model is not valid UTF-8");
  } catch (const Error& error) {
    throw Error(ErrorCode::usage, "provenance: " + error.message());
  }
}

}  // namespace terramask
