#include "geo/region/stac_items.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "terramask/error.hpp"

namespace terramask::geo {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json parse(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw Error(ErrorCode::not_found, path + ": no such file", "check the path");
  Json json = Json::parse(file, nullptr, false);
  if (json.is_discarded()) throw Error(ErrorCode::format, path + ": not JSON", "copy the file again");
  return json;
}

bool is_item(const Json& json) {
  return json.is_object() && text_of(json, "type") == "Feature" && json.contains("assets");
}

/// GDAL's name for a href.
std::string opened_as(const std::string& href, const fs::path& folder) {
  if (href.starts_with("http://") || href.starts_with("https://")) return "/vsicurl/" + href;
  if (href.starts_with("s3://")) return "/vsis3/" + href.substr(5);
  if (href.starts_with("gs://")) return "/vsigs/" + href.substr(5);
  if (href.starts_with("file://")) return href.substr(7);
  if (href.starts_with("/")) return href;
  return (folder / href).lexically_normal().string();
}

bool has_role(const Json& asset, std::string_view role) {
  const auto roles = asset.find("roles");
  if (roles == asset.end() || !roles->is_array()) return false;
  return std::any_of(roles->begin(), roles->end(), [&](const Json& one) { return one == role; });
}

const Json* find_asset(const Json& item, const std::string& wanted) {
  const Json& assets = item["assets"];
  if (!assets.is_object()) return nullptr;
  if (!wanted.empty()) {
    const auto found = assets.find(wanted);
    return found == assets.end() ? nullptr : &*found;
  }
  for (const Json& asset : assets)
    if (has_role(asset, "data") || has_role(asset, "visual")) return &asset;
  for (const Json& asset : assets)
    if (text_of(asset, "type").starts_with("image/tiff")) return &asset;
  return nullptr;
}

ListedSource read_item(const Json& item, const std::string& file, const std::string& wanted) {
  const std::string id = text_of(item, "id");
  const Json* asset = find_asset(item, wanted);
  const std::string href = asset == nullptr ? std::string() : text_of(*asset, "href");
  if (href.empty())
    throw Error(ErrorCode::format,
                fmt::format("{}: the item {} has no {}", file, id,
                            wanted.empty() ? "asset that is a raster" : "asset \"" + wanted + "\""),
                "name the asset with the imagery (\"asset\")");
  const Json none = Json::object();
  const auto found = item.find("properties");
  const Json& properties = found != item.end() && found->is_object() ? *found : none;
  std::string date = text_of(properties, "datetime");
  if (date.empty()) date = text_of(properties, "start_datetime");
  return {opened_as(href, fs::path(file).parent_path()), date};
}

void read_into(const std::string& path, const std::string& asset, std::set<std::string>& seen,
               std::vector<ListedSource>& list) {
  if (!seen.insert(path).second) return;  // catalogues may link back
  const Json json = parse(path);
  if (is_item(json)) {
    list.push_back(read_item(json, path, asset));
    return;
  }
  const Json* items = json.is_array() ? &json : nullptr;
  if (json.is_object() && json.contains("features") && json["features"].is_array()) items = &json["features"];
  if (items != nullptr) {
    for (const Json& item : *items) {
      if (!is_item(item)) throw Error(ErrorCode::format, path + ": holds something that is not a STAC item");
      list.push_back(read_item(item, path, asset));
    }
    return;
  }
  if (!json.is_object() || !json.contains("links") || !json["links"].is_array())
    throw Error(ErrorCode::format, path + ": neither a STAC item nor a collection of items",
                "give an item, a FeatureCollection of items, or a collection with links to them");
  for (const Json& link : json["links"]) {
    const std::string relation = text_of(link, "rel");
    if (relation != "item" && relation != "child") continue;
    const std::string href = text_of(link, "href");
    if (href.find("://") != std::string::npos)
      throw Error(ErrorCode::unsupported, fmt::format("{}: links to {}", path, href),
                  "fetch the items first: a FeatureCollection of them is read");
    read_into(opened_as(href, fs::path(path).parent_path()), asset, seen, list);
  }
}

}  // namespace

bool looks_like_stac(const std::string& path) {
  std::ifstream file(path);
  const Json json = Json::parse(file, nullptr, false);
  if (json.is_discarded()) return false;
  if (json.is_array()) return !json.empty() && is_item(json.front());
  if (!json.is_object()) return false;
  if (json.contains("stac_version")) return true;
  const auto features = json.find("features");
  return features != json.end() && features->is_array() && !features->empty() && is_item(features->front());
}

std::vector<ListedSource> read_stac_items(const std::string& path, const std::string& asset) {
  std::set<std::string> seen;
  std::vector<ListedSource> list;
  read_into(path, asset, seen, list);
  return list;
}

}  // namespace terramask::geo
