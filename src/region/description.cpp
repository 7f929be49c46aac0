#include "region/description.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/class_json.hpp"
#include "core/json_text.hpp"
#include "models/atomic_file.hpp"
#include "region/digest.hpp"
#include "region/enum_names.hpp"
#include "region/inputs.hpp"

namespace terramask::region {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFileName = "job.json";
constexpr std::size_t kLongestValue = 60;  // of a value in a message

Json heights_of(const RasterOptions& raster) {
  Json list = Json::array();
  for (const HeightPair& one : raster.ndsm) list.push_back({{"dsm", one.dsm}, {"dtm", one.dtm}});
  return list;
}

std::string shortened(const Json& value) {
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (text.size() > kLongestValue) text = text.substr(0, kLongestValue) + "...";
  return text.empty() ? "nothing" : text;
}

Json classes_json(const std::vector<ClassInfo>& classes) {
  Json list = Json::array();
  for (const ClassInfo& one : classes) list.push_back(class_json<Json>(one));
  return list;
}

}  // namespace

Json describe_job(const RegionJob& job, const Model& model) {
  const auto maybe = [](const auto& value) { return value ? Json(*value) : Json(); };
  const RasterOptions& raster = job.raster;
  Json json;
  json["model"] = {{"file", fs::path(model.path).filename().string()}, {"sha256", model.sha256}};
  json["priority"] = name_of(job.priority);
  json["raster"] = {{"bands", raster.band_override},
                    {"resample", name_of(raster.resample)},
                    {"crs", raster.crs},
                    {"nodata", raster.src_nodata},
                    {"ndsm", heights_of(raster)},
                    {"stack", raster.paths},
                    {"nodata_rule", to_string(raster.nodata_rule.value_or(model.info.nodata_rule))},
                    {"alpha", raster.no_alpha ? "none" : "auto"}};
  json["region"] = {{"bounds", maybe(job.bounds)},
                    {"bounds_crs", job.bounds_crs},
                    {"cutline", job.cutline},
                    {"cutline_sha256", job.cutline.empty() ? "" : digest_of_file(job.cutline)}};
  json["grid"] = {{"crs", job.crs},
                  {"pixel_size", maybe(job.pixel_size)},
                  {"origin", maybe(job.origin)},
                  {"tile", job.tile}};
  json["products"] = {
      {"probabilities", job.probabilities},
      {"probability_type", job.probability_type == ProbabilityType::byte ? "byte" : "float32"}};
  json["threshold"] = maybe(job.threshold);
  json["background_transparent"] = maybe(job.background_transparent);
  json["creation_options"] = job.creation_options;
  return json;
}

std::string differences(const Json& before, const Json& now) {
  const Json a = before.flatten(), b = now.flatten();
  std::string text;
  const auto add = [&](std::string key, const std::string& was, const std::string& is) {
    std::replace(key.begin(), key.end(), '/', '.');
    text += fmt::format("{}{}: was {}, is {}", text.empty() ? "" : "; ", key.substr(1), was, is);
  };
  for (const auto& [key, value] : a.items()) {
    const auto found = b.find(key);
    if (found == b.end())
      add(key, shortened(value), "nothing");
    else if (*found != value)
      add(key, shortened(value), shortened(*found));
  }
  for (const auto& [key, value] : b.items())
    if (!a.contains(key)) add(key, "nothing", shortened(value));
  return text;
}

std::string JobFile::text() const {
  const Json json{{"terramask", TERRAMASK_VERSION},
                  {"job", description},
                  {"given", given},
                  {"grid", Json::parse(grid_text(grid))},
                  {"window", {window.x, window.y, window.width, window.height}},
                  {"classes", classes_json(classes)}};
  return json_text(json, 2, "the region's job.json") + "\n";
}

JobFile JobFile::parse(const std::string& text, const std::string& path) {
  try {
    const Json json = Json::parse(text);
    JobFile file;
    file.description = json.at("job");
    file.given = json.value("given", Json());
    file.grid = parse_grid(json.at("grid").dump());
    const auto window = json.at("window").get<std::array<std::int64_t, 4>>();
    file.window = {window[0], window[1], window[2], window[3]};
    for (const Json& one : json.at("classes")) {
      file.classes.push_back({one.at("value").get<int>(), one.at("name").get<std::string>(),
                              one.at("color").get<std::string>()});
      if (one.contains("transparent")) file.classes.back().transparent = one.at("transparent").get<bool>();
    }
    return file;
  } catch (const Json::exception&) {
    throw Error(ErrorCode::format, path + ": damaged, or not a job of Terramask",
                "start over with `restart`");
  }
}

std::optional<JobFile> JobFile::read(const std::string& folder) {
  const std::string path = (fs::path(folder) / kFileName).string();
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return std::nullopt;
  return parse({std::istreambuf_iterator<char>(stream), {}}, path);
}

JobFile JobFile::make(const std::string& folder, const JobFile& wanted, bool replace) {
  const std::string path = (fs::path(folder) / kFileName).string();
  const std::string text = wanted.text();
  try {
    AtomicFile file(path, replace);
    file.write(std::as_bytes(std::span(text)));
    file.commit();
    return wanted;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::exists) throw;
  }
  const auto first = read(folder);
  if (!first) throw Error(ErrorCode::io, path + ": went while it was read");
  return *first;
}

}  // namespace terramask::region
