#include "region/job_text.hpp"

#include <filesystem>

#include "core/json_text.hpp"
#include "core/output_place.hpp"
#include "keys/key_reader.hpp"
#include "region/description.hpp"
#include "region/enum_names.hpp"
#include "region/paths.hpp"
#include "terramask/tiles.hpp"

namespace terramask::region {
namespace {

namespace fs = std::filesystem;

/// An object that leaves out what says nothing.
class Keys {
 public:
  template <class Value>
  void add(const char* key, const Value& value, bool said) {
    if (said) json[key] = value;
  }
  void add(const char* key, const std::string& text) { add(key, text, !text.empty()); }
  void add(const char* key, const std::vector<std::string>& texts) { add(key, texts, !texts.empty()); }
  template <class Value>
  void add(const char* key, const std::optional<Value>& value) {
    if (value) json[key] = *value;
  }
  void add(const char* key, Keys&& inner) { add(key, inner.json, !inner.json.empty()); }

  Json json = Json::object();
};

Json source_json(const SourceSpec& spec) {
  Keys keys;
  switch (spec.kind) {
    case SourceSpec::Kind::tile_index:
      keys.add("tile_index", spec.path);
      keys.add("layer", spec.layer);
      keys.add("location", spec.location);
      keys.add("date_field", spec.date_field);
      break;
    case SourceSpec::Kind::stac:
      keys.add("stac", spec.path);
      keys.add("asset", spec.asset);
      break;
    case SourceSpec::Kind::raster:
      if (!spec.recursive && spec.date.empty() && guess_source(spec.path).kind == spec.kind) return spec.path;
      keys.add("path", spec.path);
      keys.add("recursive", true, spec.recursive);
      keys.add("date", spec.date);
      break;
  }
  return keys.json;
}

Keys raster_keys(const RasterOptions& raster) {
  Keys keys;
  keys.add("stack", raster.paths);
  keys.add("bands", raster.band_override);
  keys.add("resample", name_of(raster.resample), raster.resample != Resample::automatic);
  keys.add("crs", raster.crs);
  keys.add("nodata", raster.src_nodata);
  if (raster.nodata_rule) keys.add("nodata_rule", std::string(to_string(*raster.nodata_rule)));
  keys.add("alpha", "none", raster.no_alpha);
  for (const HeightPair& one : raster.ndsm) keys.json["ndsm"] = {{"dsm", one.dsm}, {"dtm", one.dtm}};
  return keys;
}

Keys region_keys(const RegionJob& job) {
  Keys keys;
  keys.add("bounds", job.bounds);
  keys.add("bounds_crs", job.bounds_crs);
  keys.add("polygons", job.cutline);
  return keys;
}

Keys grid_keys(const RegionJob& job) {
  Keys keys;
  keys.add("crs", job.crs);
  keys.add("pixel_size", job.pixel_size);
  keys.add("origin", job.origin);
  keys.add("tile", job.tile, job.tile != RegionJob{}.tile);
  return keys;
}

Keys product_keys(const RegionJob& job) {
  Keys keys;
  keys.add("probabilities", job.probability_type == ProbabilityType::byte ? "byte" : "float32",
           job.probabilities);
  if (job.polygons)
    keys.json["polygons"] = {{"simplify", to_string(job.polygons->simplify)},
                             {"min_area", to_string(job.polygons->min_area)}};
  if (job.zones) {
    Keys zones;
    zones.add("path", job.zones->path);
    zones.add("layer", job.zones->layer);
    zones.add("id", job.zones->id_field);
    keys.add("zones", std::move(zones));
  }
  return keys;
}

/// Paths as they are to stand in a file, so that they lead to the same from wherever the file is read.
class SeenFrom {
 public:
  explicit SeenFrom(const std::string& file) {
    std::error_code failed;
    folder_ = fs::absolute(folder_of(file)).lexically_normal();
    if (!folder_.has_filename()) folder_ = folder_.parent_path();
    // Through a link to another place ".." leads elsewhere.
    straight_ = fs::weakly_canonical(folder_, failed) == folder_ && !fs::is_symlink(file, failed);
  }

  /// What was told with its root stays so.
  std::string operator()(const std::string& path) const {
    if (is_tile_source(path))
      return with_tile_path(path, [this](const std::string& inner) {
        return inner.starts_with('/') ? inner : relative((fs::current_path() / inner).lexically_normal());
      });
    const std::string whole = keys::path_from(fs::current_path() / "job", path);
    if (whole == path) return path;
    return whole.starts_with('@') ? "@" + relative(whole.substr(1)) : relative(whole);
  }

 private:
  std::string relative(const std::string& whole) const {
    const std::string made = straight_ ? fs::path(whole).lexically_relative(folder_).string() : "";
    return made.empty() ? whole : made;
  }

  fs::path folder_;
  bool straight_ = false;
};

}  // namespace

Json json_of(const RegionJob& job) {
  Keys keys;
  keys.json["model"] = job.model;
  keys.json["sources"] = Json::array();
  for (const SourceSpec& spec : job.sources) keys.json["sources"].push_back(source_json(spec));
  keys.add("priority", name_of(job.priority), job.priority != SourcePriority::last);
  keys.add("datetime", job.datetime);
  keys.add("raster", raster_keys(job.raster));
  keys.add("region", region_keys(job));
  keys.add("grid", grid_keys(job));
  keys.add("products", product_keys(job));
  keys.add("threshold", job.threshold);
  keys.add("background_transparent", job.background_transparent);
  keys.add("creation_options", job.creation_options);
  return keys.json;
}

}  // namespace terramask::region

namespace terramask {

std::string region_job_text(const RegionJob& job, const std::string& file) {
  const auto made = region::json_of(region::with_paths(job, region::SeenFrom(file)));
  const std::string text = json_text(made, 2, file) + "\n";
  // What the reader would refuse is no job.
  try {
    (void)region::job_from(nlohmann::ordered_json::parse(text), file);
  } catch (const Error& error) {
    throw Error(ErrorCode::usage, error.message(), error.remedy());
  }
  return text;
}

}  // namespace terramask
