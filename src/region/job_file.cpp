// The keys of a job file (schemas/job.schema.json).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "keys/key_reader.hpp"
#include "region/enum_names.hpp"
#include "region/job_text.hpp"
#include "region/utc_time.hpp"
#include "terramask/region.hpp"
#include "terramask/vectorize.hpp"

namespace terramask {
namespace {

using keys::Json;
using keys::KeyReader;
using keys::KeyVisitor;
using keys::Place;
using Need = KeyVisitor::Need;

/// Nothing is written by these keys: a job is read alone.
Json nothing() {
  return {};
}

std::string text_of(const Json& value, const Place& place) {
  if (!value.is_string() || value.get_ref<const std::string&>().empty()) place.refuse(value, "a text");
  return value.get<std::string>();
}

void visit_texts(KeyVisitor& v, const char* key, std::vector<std::string>& texts) {
  const auto read = [&texts](const Json& value, const Place& place) {
    if (!value.is_array()) place.refuse(value, "a list of texts");
    texts.clear();
    for (std::size_t i = 0; i < value.size(); ++i) texts.push_back(text_of(value[i], place.item(i)));
  };
  v.special(key, read, nothing, Need::optional);
}

void visit_paths(KeyVisitor& v, const char* key, std::vector<std::string>& paths) {
  const auto read = [&paths](const Json& value, const Place& place) {
    if (!value.is_array()) place.refuse(value, "a list of paths");
    paths.clear();
    for (std::size_t i = 0; i < value.size(); ++i)
      paths.push_back(keys::path_from(place.file, text_of(value[i], place.item(i))));
  };
  v.special(key, read, nothing, Need::optional);
}

void visit_optional_path(KeyVisitor& v, const char* key, std::string& path) {
  const auto read = [&path](const Json& value, const Place& place) {
    path = keys::path_from(place.file, text_of(value, place));
  };
  v.special(key, read, nothing, Need::optional);
}

template <std::size_t N>
void visit_numbers(KeyVisitor& v, const char* key, std::optional<std::array<double, N>>& numbers) {
  const auto read = [&numbers](const Json& value, const Place& place) {
    const std::string expected = fmt::format("a list of {} numbers", N);
    if (!value.is_array() || value.size() != N) place.refuse(value, expected);
    numbers.emplace();
    for (std::size_t i = 0; i < N; ++i) {
      if (!value[i].is_number()) place.refuse(value, expected);
      (*numbers)[i] = value[i].get<double>();
    }
  };
  v.special(key, read, nothing, Need::optional);
}

/// A number between two others, which it must not reach.
void visit_between(KeyVisitor& v, const char* key, std::optional<double>& number, double low, double high,
                   const char* expected) {
  const auto read = [=, &number](const Json& value, const Place& place) {
    if (!value.is_number() || !(value > low) || !(value < high)) place.refuse(value, expected);
    number = value.get<double>();
  };
  v.special(key, read, nothing, Need::optional);
}

void visit_maybe(KeyVisitor& v, const char* key, std::optional<bool>& flag) {
  const auto read = [&flag](const Json& value, const Place& place) {
    if (!value.is_boolean()) place.refuse(value, "true or false");
    flag = value.get<bool>();
  };
  v.special(key, read, nothing, Need::optional);
}

void visit_date(KeyVisitor& v, std::string& date) {
  const auto read = [&date](const Json& value, const Place& place) {
    date = text_of(value, place);
    if (region::utc_time(date).empty())
      place.refuse(value, R"(a date as "2024-05-01" or "2024-05-01T10:30:00Z")");
  };
  v.special("date", read, nothing, Need::optional);
}

void visit_datetime(KeyVisitor& v, std::string& datetime) {
  const auto read = [&datetime](const Json& value, const Place& place) {
    datetime = text_of(value, place);
    try {
      (void)parse_time_span(datetime, place.key);
    } catch (const Error&) {
      place.refuse(value, R"(a date as "2024-05-01", or two as "2024-05-01/2024-05-03")");
    }
  };
  v.special("datetime", read, nothing, Need::optional);
}

void visit_source(KeyVisitor& v, SourceSpec& spec) {
  if (v.has_form("tile_index", spec.kind == SourceSpec::Kind::tile_index)) {
    spec.kind = SourceSpec::Kind::tile_index;
    v.path("tile_index", spec.path);
    v.text("layer", spec.layer, Need::optional);
    v.text("location", spec.location, Need::optional);
    v.text("date_field", spec.date_field, Need::optional);
  } else if (v.has_form("stac", spec.kind == SourceSpec::Kind::stac)) {
    spec.kind = SourceSpec::Kind::stac;
    v.path("stac", spec.path);
    v.text("asset", spec.asset, Need::optional);
  } else {
    v.path("path", spec.path);
    v.flag("recursive", spec.recursive);
    visit_date(v, spec.date);
  }
}

SourceSpec read_source(const Json& value, const Place& place) {
  if (value.is_string()) return guess_source(keys::path_from(place.file, text_of(value, place)));
  SourceSpec spec;
  KeyReader reader(value, place);
  visit_source(reader, spec);
  reader.finish();
  return spec;
}

void visit_sources(KeyVisitor& v, std::vector<SourceSpec>& sources) {
  const auto read = [&sources](const Json& value, const Place& place) {
    sources.clear();
    if (value.is_string()) {
      sources.push_back(read_source(value, place));
      return;
    }
    if (!value.is_array() || value.empty()) place.refuse(value, "a list of rasters, patterns or objects");
    for (std::size_t i = 0; i < value.size(); ++i) sources.push_back(read_source(value[i], place.item(i)));
  };
  v.special("sources", read, nothing, Need::required);
}

void visit_raster(KeyVisitor& v, RasterOptions& raster) {
  visit_paths(v, "stack", raster.paths);
  visit_texts(v, "bands", raster.band_override);
  v.choice("resample", raster.resample);
  v.text("crs", raster.crs, Need::optional);
  v.text("nodata", raster.src_nodata, Need::optional);
  std::string rule = "model", alpha = "auto";
  v.choice("nodata_rule", rule, {"model", "auto", "any", "all"});
  raster.nodata_rule = parse_nodata_rule(rule);
  v.choice("alpha", alpha, {"auto", "none"});
  raster.no_alpha = alpha == "none";
  const auto heights = [&raster](KeyVisitor& inner) {
    raster.ndsm.emplace_back();
    inner.path("dsm", raster.ndsm.back().dsm);
    inner.path("dtm", raster.ndsm.back().dtm);
  };
  v.object("ndsm", heights, Need::optional);
}

void visit_region(KeyVisitor& v, RegionJob& job) {
  visit_numbers(v, "bounds", job.bounds);
  v.text("bounds_crs", job.bounds_crs, Need::optional);
  visit_optional_path(v, "polygons", job.cutline);
}

void visit_grid(KeyVisitor& v, RegionJob& job) {
  v.text("crs", job.crs, Need::optional);
  visit_between(v, "pixel_size", job.pixel_size, 0, HUGE_VAL, "a number above 0");
  visit_numbers(v, "origin", job.origin);
  v.whole("tile", job.tile, 64, 65536, Need::optional);
}

void visit_measure(KeyVisitor& v, const char* key, Measure& measure) {
  const auto read = [&measure](const Json& value, const Place& place) {
    try {
      measure = parse_measure(text_of(value, place), place.key);
    } catch (const Error&) {
      place.refuse(value, R"(a text such as "0.5" (on the ground) or "2px")");
    }
  };
  v.special(key, read, nothing, Need::optional);
}

void visit_products(KeyVisitor& v, RegionJob& job) {
  std::string type = "none";
  v.choice("probabilities", type, {"none", "byte", "float32"});
  job.probabilities = type != "none";
  job.probability_type = type == "float32" ? ProbabilityType::float32 : ProbabilityType::byte;
  const auto polygons = [&job](KeyVisitor& inner) {
    visit_measure(inner, "simplify", job.polygons.emplace().simplify);
    visit_measure(inner, "min_area", job.polygons->min_area);
  };
  v.object("polygons", polygons, Need::optional);
  const auto zones = [&job](KeyVisitor& inner) {
    inner.path("path", job.zones.emplace().path);
    inner.text("layer", job.zones->layer, Need::optional);
    inner.text("id", job.zones->id_field, Need::optional);
  };
  v.object("zones", zones, Need::optional);
}

void visit_job(KeyVisitor& v, RegionJob& job) {
  std::string schema;
  v.text("$schema", schema, Need::optional);
  v.path("model", job.model);
  visit_sources(v, job.sources);
  v.choice("priority", job.priority);
  visit_datetime(v, job.datetime);
  v.object(
      "raster", [&job](KeyVisitor& inner) { visit_raster(inner, job.raster); }, Need::optional);
  v.object(
      "region", [&job](KeyVisitor& inner) { visit_region(inner, job); }, Need::optional);
  v.object(
      "grid", [&job](KeyVisitor& inner) { visit_grid(inner, job); }, Need::optional);
  v.object(
      "products", [&job](KeyVisitor& inner) { visit_products(inner, job); }, Need::optional);
  visit_between(v, "threshold", job.threshold, 0, 1, "a number above 0 and below 1");
  visit_maybe(v, "background_transparent", job.background_transparent);
  visit_texts(v, "creation_options", job.creation_options);
}

}  // namespace

RegionJob region::job_from(const Json& json, const std::string& file) {
  RegionJob job;
  KeyReader reader(json, {file, ""});
  visit_job(reader, job);
  reader.finish();
  return job;
}

RegionJob read_region_job(const std::string& path) {
  return region::job_from(keys::read_json(path, "check the path"), path);
}

}  // namespace terramask
