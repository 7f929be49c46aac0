#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "region/job_keys.hpp"
#include "terramask/region.hpp"
#include "terramask/vectorize.hpp"

namespace terramask {
namespace {

using region::Json;
using region::JsonKeys;

SourceSpec read_source(const Json& json, const JsonKeys& job, std::size_t index) {
  const std::string place = fmt::format("sources[{}]", index);
  if (json.is_string()) return guess_source(job.resolve(json.get<std::string>()));
  JsonKeys keys(json, job.file(), place);
  SourceSpec spec;
  const bool index_file = keys.find("tile_index") != nullptr, stac = keys.find("stac") != nullptr;
  if (index_file) {
    spec.kind = SourceSpec::Kind::tile_index;
    spec.path = keys.path("tile_index");
    spec.layer = keys.text("layer");
    spec.location = keys.text("location");
    spec.date_field = keys.text("date_field");
  } else if (stac) {
    spec.kind = SourceSpec::Kind::stac;
    spec.path = keys.path("stac");
    spec.asset = keys.text("asset");
  } else {
    (void)keys.need("path");
    spec.path = keys.path("path");
    spec.date = keys.text("date");
  }
  keys.finish();
  return spec;
}

void read_sources(JsonKeys& keys, RegionJob& job) {
  const Json& sources = keys.need("sources");
  if (sources.is_string()) {
    job.sources.push_back(guess_source(keys.resolve(sources.get<std::string>())));
    return;
  }
  if (!sources.is_array() || sources.empty())
    keys.refuse("sources", "a list of rasters, patterns or objects");
  for (std::size_t i = 0; i < sources.size(); ++i) job.sources.push_back(read_source(sources[i], keys, i));
}

void read_raster(JsonKeys& keys, RasterOptions& raster) {
  for (const std::string& path : keys.texts("stack")) raster.paths.push_back(keys.resolve(path));
  raster.band_override = keys.texts("bands");
  const std::string resample = keys.choice("resample", {"auto", "never", "always"});
  raster.resample = resample == "auto"    ? Resample::automatic
                    : resample == "never" ? Resample::never
                                          : Resample::always;
  raster.crs = keys.text("crs");
  raster.src_nodata = keys.text("nodata");
  if (auto heights = keys.object("ndsm")) {
    (void)heights->need("dsm");
    (void)heights->need("dtm");
    raster.ndsm.push_back({heights->path("dsm"), heights->path("dtm")});
    heights->finish();
  }
  keys.finish();
}

void read_region(JsonKeys& keys, RegionJob& job) {
  if (const auto box = keys.numbers("bounds", 4)) job.bounds = {(*box)[0], (*box)[1], (*box)[2], (*box)[3]};
  job.bounds_crs = keys.text("bounds_crs");
  job.cutline = keys.path("polygons");
  keys.finish();
}

void read_grid(JsonKeys& keys, RegionJob& job) {
  job.crs = keys.text("crs");
  job.pixel_size = keys.number("pixel_size");
  if (job.pixel_size && !(*job.pixel_size > 0)) keys.refuse("pixel_size", "a number above 0");
  if (const auto origin = keys.numbers("origin", 2)) job.origin = {(*origin)[0], (*origin)[1]};
  job.tile = keys.whole("tile").value_or(job.tile);
  if (job.tile < 64 || job.tile > 65536) keys.refuse("tile", "a whole number from 64 to 65536");
  keys.finish();
}

void read_products(JsonKeys& keys, RegionJob& job) {
  const std::string type = keys.choice("probabilities", {"none", "byte", "float32"});
  job.probabilities = type != "none";
  job.probability_type = type == "float32" ? ProbabilityType::float32 : ProbabilityType::byte;
  if (auto polygons = keys.object("polygons")) {
    RegionPolygons wanted;
    wanted.simplify = polygons->text("simplify", wanted.simplify);
    wanted.min_area = polygons->text("min_area", wanted.min_area);
    (void)parse_measure(wanted.simplify, polygons->at("simplify"));
    (void)parse_measure(wanted.min_area, polygons->at("min_area"));
    polygons->finish();
    job.polygons = wanted;
  }
  if (auto zones = keys.object("zones")) {
    (void)zones->need("path");
    job.zones = RegionZones{zones->path("path"), zones->text("layer"), zones->text("id")};
    zones->finish();
  }
  keys.finish();
}

SourcePriority priority_of(const std::string& name) {
  if (name == "first") return SourcePriority::first;
  if (name == "newest") return SourcePriority::newest;
  return name == "oldest" ? SourcePriority::oldest : SourcePriority::last;
}

}  // namespace

RegionJob read_region_job(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw Error(ErrorCode::not_found, path + ": no such file", "check the path");
  Json json;
  try {
    json = Json::parse(file);
  } catch (const Json::parse_error& error) {
    throw Error(ErrorCode::format, fmt::format("{}: not JSON: {}", path, error.what()), "correct it");
  }
  RegionJob job;
  JsonKeys keys(json, path, "");
  (void)keys.text("$schema");
  (void)keys.need("model");
  job.model = keys.path("model");
  read_sources(keys, job);
  job.priority = priority_of(keys.choice("priority", {"last", "first", "newest", "oldest"}));
  if (auto raster = keys.object("raster")) read_raster(*raster, job.raster);
  if (auto region = keys.object("region")) read_region(*region, job);
  if (auto grid = keys.object("grid")) read_grid(*grid, job);
  if (auto products = keys.object("products")) read_products(*products, job);
  job.threshold = keys.number("threshold");
  if (job.threshold && !(*job.threshold > 0 && *job.threshold < 1))
    keys.refuse("threshold", "a number above 0 and below 1");
  job.creation_options = keys.texts("creation_options");
  keys.finish();
  return job;
}

}  // namespace terramask
