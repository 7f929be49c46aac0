#include "labels/vector/osm_fields.hpp"

#include <ogr_geometry.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "geo/vector/osm_options.hpp"
#include "labels/vector/geofabrik.hpp"

namespace terramask::labels {
namespace {

/// Fields that no other data have: ids, and keys by which OSM says what a thing is.
constexpr std::array kMarks{"osm_id",        "@id",           "full_id",    "osm_type", "osm_way_id",
                            "fclass",        "highway",       "railway",    "waterway", "building",
                            "building:part", "building_part", "landuse",    "leisure",  "amenity",
                            "natural",       "area:highway",  "other_tags", "tags",     "all_tags"};
/// Fields with all other tags in one text.
constexpr std::array kCollections{"other_tags", "tags", "all_tags"};
constexpr std::size_t kShapefileName = 10;  // letters of a field's name

/// `"lanes"=>"2","surface"=>"asphalt"`, as PostgreSQL and GDAL write it.
std::optional<std::string> hstore_value(const std::string& text, const std::string& key) {
  const auto quoted = [&text](std::size_t& at) {
    std::string word;
    at = text.find('"', at);
    if (at == std::string::npos) return word;
    for (++at; at < text.size() && text[at] != '"'; ++at) {
      if (text[at] == '\\' && at + 1 < text.size()) ++at;
      word += text[at];
    }
    at = std::min(at + 1, text.size());
    return word;
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::string name = quoted(at);
    if (at >= text.size()) break;
    const bool null = text.compare(at, 6, "=>NULL") == 0;
    if (null) {
      if (name == key) return std::nullopt;
      continue;
    }
    std::string value = quoted(at);
    if (name == key) return value;
  }
  return std::nullopt;
}

std::optional<std::string> json_value(const std::string& text, const std::string& key) {
  const nlohmann::json tags = nlohmann::json::parse(text, nullptr, false);
  const auto found = tags.is_object() ? tags.find(key) : tags.end();
  if (!tags.is_object() || found == tags.end() || found->is_null()) return std::nullopt;
  return found->is_string() ? found->get<std::string>() : found->dump();
}

/// Finds one key in a layer.
class KeyFinder {
 public:
  KeyFinder(const geo::VectorStream& stream, std::size_t layer, const std::string& key)
      : stream_(stream),
        key_(key),
        layer_(stream.layers()[layer]),
        kind_(stream.kind(layer)),
        own_(stream.field(layer, key)),
        code_(stream.field(layer, "code")),
        fclass_(stream.field(layer, "fclass")),
        type_(stream.field(layer, "type")) {
    std::string other = key;
    std::replace(other.begin(), other.end(), ':', '_');
    std::vector<std::string> names{other};
    if (stream.driver() == "ESRI Shapefile")
      for (const std::string& name : {key, other}) names.push_back(name.substr(0, kShapefileName));
    for (const std::string& name : names)
      if (const int field = stream.field(layer, name); field >= 0 && field != own_)
        other_names_.push_back(field);
    for (const char* name : kCollections)
      if (const int field = stream.field(layer, name); field >= 0) collections_.push_back(field);
  }

  /// Whether the layer's own field says it all.
  bool plain() const { return own_ >= 0 && fclass_ < 0; }

  std::optional<std::string> operator()() const {
    if (own_ >= 0) {
      const auto text = stream_.own_text(own_);
      const bool flag = key_ == "bridge" || key_ == "tunnel";
      if (flag && text && (*text == "F" || *text == "T"))
        return *text == "T" ? std::optional<std::string>("yes") : std::nullopt;
      return text;
    }
    for (const int field : other_names_)
      if (auto text = stream_.own_text(field)) return text;
    for (const int field : collections_)
      if (const auto text = stream_.own_text(field)) {
        auto value = text->starts_with('{') ? json_value(*text, key_) : hstore_value(*text, key_);
        if (value) return value;
      }
    if (fclass_ < 0) return std::nullopt;
    const auto code = stream_.own_text(code_);
    const std::string fclass = stream_.own_text(fclass_).value_or("");
    return geofabrik_tag({code ? std::atoi(code->c_str()) : geofabrik_code(layer_, feature_kind(), fclass),
                          fclass, stream_.own_text(type_).value_or("")},
                         key_);
  }

 private:
  /// The layer's, or where that is none, the feature's own.
  geo::GeometryKind feature_kind() const {
    if (kind_ != geo::GeometryKind::any || stream_.geometry() == nullptr) return kind_;
    const int dimension = stream_.geometry()->getDimension();
    return dimension == 2   ? geo::GeometryKind::areas
           : dimension == 1 ? geo::GeometryKind::lines
                            : geo::GeometryKind::points;
  }

  const geo::VectorStream& stream_;
  std::string key_, layer_;
  geo::GeometryKind kind_;
  int own_, code_, fclass_, type_;
  std::vector<int> other_names_, collections_;
};

}  // namespace

bool is_from_osm(const geo::VectorStream& stream, std::size_t layer) {
  return std::any_of(kMarks.begin(), kMarks.end(),
                     [&](const char* name) { return stream.field(layer, name) >= 0; });
}

std::set<std::string> names_in(const std::string& where) {
  std::set<std::string> names;
  const auto letter = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0;
  };
  for (std::size_t at = 0; at < where.size();) {
    const char c = where[at];
    if (c == '\'' || c == '"') {
      const std::size_t end = std::min(where.find(c, at + 1), where.size());
      if (c == '"') names.insert(where.substr(at + 1, end - at - 1));
      at = end + 1;
    } else if (letter(c)) {
      std::size_t end = at;
      while (end < where.size() && letter(where[end])) ++end;
      names.insert(where.substr(at, end - at));
      at = end;
    } else {
      ++at;
    }
  }
  return names;
}

bool asks_for_osm(const std::string& where) {
  const std::set<std::string> names = names_in(where);
  return std::any_of(kMarks.begin(), kMarks.end(), [&](const char* name) { return names.contains(name); });
}

void add_osm_fields(geo::VectorStream& stream, std::size_t layer, const std::set<std::string>& names,
                    const std::vector<std::string>& tags) {
  if (!is_from_osm(stream, layer)) return;
  // All look at the layer's own fields, so none may be added before.
  std::vector<std::pair<std::string, KeyFinder>> finders;
  for (const std::string& name : names) {
    const bool known = geo::is_usual_key(name) || std::find(tags.begin(), tags.end(), name) != tags.end();
    if (known) finders.emplace_back(name, KeyFinder(stream, layer, name));
  }
  for (auto& [name, finder] : finders)
    if (!finder.plain()) stream.set_field(layer, name, finder);
}

}  // namespace terramask::labels
