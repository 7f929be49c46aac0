#include "cli/segment_requests.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>

#include "cli/outputs.hpp"
#include "cli/tile_arguments.hpp"
#include "common/command.hpp"
#include "core/output_place.hpp"
#include "geo/base/file_ending.hpp"
#include "terramask/mosaic.hpp"
#include "terramask/output.hpp"

namespace terramask::tools {
namespace fs = std::filesystem;
namespace {

bool into_folder(const SegmentArguments& a) {
  std::error_code failed;
  return a.output.ends_with('/') || fs::is_directory(a.output, failed);
}

bool has_extension(const std::string& path, std::initializer_list<const char*> wanted) {
  const std::string extension = geo::file_ending(path);
  return std::find(wanted.begin(), wanted.end(), extension) != wanted.end();
}

void check_extension(const std::string& option, const std::string& path) {
  const bool picture = option == "--picture";
  if (picture ? has_extension(path, {".png"}) : has_extension(path, {".tif", ".tiff"})) return;
  throw Error(ErrorCode::usage,
              fmt::format("{} {}: what is written is a {}", option, path, picture ? "PNG" : "GeoTIFF"),
              fmt::format("give it a name that ends in {}", picture ? ".png" : ".tif"));
}

/// The file `option` names for an image: the name itself, or in a folder the image's own with that ending.
std::string beside(const SegmentArguments& a, const std::string& option, const std::string& value,
                   const std::string& stem) {
  if (value.empty()) return {};
  check_extension(option, value);
  if (!into_folder(a)) return value;
  if (value.find('/') != std::string::npos)
    throw Error(ErrorCode::usage,
                fmt::format("{} {}: with -o DIR/ it is an ending, not a path", option, value),
                fmt::format("for instance `{} _{}`", option,
                            option == "--picture" ? "picture.png" : "probabilities.tif"));
  return (fs::path(a.output) / (stem + value)).string();
}

void check_inputs(const SegmentArguments& a) {
  if (a.rasters.empty() && a.stack.empty())
    throw Error(ErrorCode::usage, "no raster is named",
                "name rasters after the model, or join bands with --stack");
  if (!a.rasters.empty() && !a.stack.empty())
    throw Error(ErrorCode::usage, "--stack: names all the files of the one image, but there are others too",
                fmt::format("add {} to the stack or leave it out", a.rasters.front()));
  if (a.mosaic && !a.stack.empty())
    throw Error(ErrorCode::usage, "--mosaic and --stack cannot be used together",
                "make a mosaic of each kind of raster first, with gdalbuildvrt, and stack those");
  if (a.rasters.size() > 1 && !a.mosaic && !into_folder(a))
    throw Error(ErrorCode::usage,
                fmt::format("-o {}: one file cannot take {} masks", a.output, a.rasters.size()),
                "name a folder (-o DIR/), or make one mask of all with --mosaic");
  (void)box_of(a.bounds);
  if (!a.options.bounds_crs.empty() && a.bounds.empty())
    throw Error(ErrorCode::usage, "--bounds-crs without --bounds", "name the bounds too");
}

SegmentOptions common_options(const SegmentArguments& a) {
  SegmentOptions options = a.options;
  options.probability_type =
      a.probability_type == "float32" ? ProbabilityType::float32 : ProbabilityType::byte;
  options.grid = a.grid == "model" ? OutputGrid::model : OutputGrid::input;
  options.bounds = box_of(a.bounds);
  options.memory_limit = a.device.options().memory_limit;
  options.cache_bytes = parse_bytes(a.cache, "--cache");
  return options;
}

/// Of tiles, the box is the source's too, and in degrees where it can be.
std::vector<std::string> with_bounds(const SegmentArguments& a, std::vector<std::string> paths,
                                     SegmentOptions& options) {
  if (!is_tile_source(paths.front())) return paths;
  for (std::string& path : paths) path = with_extent(path, chosen_zoom(), options.bounds, options.bounds_crs);
  if (options.bounds && a.options.bounds_crs.empty() && can_be_degrees(*options.bounds))
    options.bounds_crs = "EPSG:4326";
  return paths;
}

SegmentRequest make_request(const SegmentArguments& a, const std::string& name,
                            std::vector<std::string> paths) {
  SegmentRequest request;
  request.name = without_secrets(name);
  request.options = common_options(a);
  paths = with_bounds(a, std::move(paths), request.options);
  request.options.raster = a.raster.options(std::move(paths));
  const std::string stem = raster_stem(name);
  if (into_folder(a)) {
    request.options.output = (fs::path(a.output) / (stem + ".tif")).string();
  } else {
    check_extension("-o", a.output);
    request.options.output = a.output;
  }
  request.options.probabilities = beside(a, "--probabilities", a.probabilities, stem);
  request.picture = beside(a, "--picture", a.picture, stem);
  return request;
}

/// One text for each file, whatever links lead to its folder.
std::string place_of(const std::string& named) {
  check_working_folder(named);
  const fs::path path = output_target(named);
  std::error_code failed;
  const fs::path folder = fs::weakly_canonical(fs::absolute(path).parent_path(), failed);
  return failed ? fs::absolute(path).lexically_normal().string() : (folder / path.filename()).string();
}

/// Two outputs of one name would be written over each other.
void check_distinct(const std::vector<SegmentRequest>& requests) {
  std::map<std::string, const SegmentRequest*> owners;
  for (const SegmentRequest& request : requests)
    for (const std::string& path : {request.options.output, request.options.probabilities, request.picture}) {
      if (path.empty()) continue;
      const std::string key = place_of(path);
      const auto [found, fresh] = owners.emplace(key, &request);
      if (fresh) continue;
      if (found->second == &request)
        throw Error(ErrorCode::usage, fmt::format("{}: named twice as an output", path),
                    "give each output its own name");
      throw Error(
          ErrorCode::usage,
          fmt::format("{}: would be the output of both {} and {}", path, found->second->name, request.name),
          "rename one of them, or segment them into different folders");
    }
}

void make_folder(const std::string& path) {
  std::error_code failed;
  if (fs::is_directory(path, failed)) return;
  // "masks/" is not said to be there where "masks" is a file.
  if (fs::exists(path.substr(0, path.find_last_not_of('/') + 1), failed))
    throw Error(ErrorCode::usage, fmt::format("-o {}: there is a file of that name", path), "choose another");
  fs::create_directory(path, failed);
  if (failed)
    throw Error(ErrorCode::io, fmt::format("-o {}: the folder cannot be made: {}", path, failed.message()),
                "make it, or choose another");
}

}  // namespace

std::vector<SegmentRequest> make_requests(const SegmentArguments& a, NodataRule rule) {
  check_inputs(a);
  std::vector<SegmentRequest> requests;
  if (!a.stack.empty()) {
    requests.push_back(make_request(a, a.stack.front(), a.stack));
  } else if (a.mosaic) {
    if (!into_folder(a))
      check_output(a.output, a.options.overwrite || a.dry_run, {});  // before the rasters are opened
    SegmentOptions common = common_options(a);
    const std::string mosaic =
        build_mosaic(with_bounds(a, a.rasters, common), a.raster.typed.src_nodata, a.raster.typed.no_alpha,
                     parse_nodata_rule(a.raster.nodata_rule).value_or(rule));
    requests.push_back(make_request(a, mosaic, {mosaic}));
    // The mosaic's own alpha says what is valid of it.
    requests.back().options.raster.src_nodata.clear();
    requests.back().options.raster.no_alpha = false;
  } else {
    for (const std::string& raster : a.rasters) requests.push_back(make_request(a, raster, {raster}));
  }
  check_distinct(requests);
  return requests;
}

void prepare_outputs(const SegmentArguments& a, const std::vector<SegmentRequest>& requests) {
  if (into_folder(a)) {
    std::error_code failed;
    if (a.dry_run && !fs::exists(a.output, failed)) return;
    make_folder(a.output);
  }
  std::vector<std::string> inputs{a.model};
  if (!a.options.cutline.empty()) inputs.push_back(a.options.cutline);
  inputs.insert(inputs.end(), a.raster.ndsm.begin(), a.raster.ndsm.end());
  for (const SegmentRequest& request : requests)
    inputs.insert(inputs.end(), request.options.raster.paths.begin(), request.options.raster.paths.end());
  std::vector<std::string> outputs;
  for (const SegmentRequest& request : requests)
    for (const std::string& path : {request.options.output, request.options.probabilities, request.picture})
      if (!path.empty()) outputs.push_back(path);
  begin_outputs(outputs, a.options.overwrite, inputs, a.dry_run);
}

}  // namespace terramask::tools
