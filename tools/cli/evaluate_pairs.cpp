#include "cli/evaluate_pairs.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "cli/outputs.hpp"
#include "terramask/tiles.hpp"

namespace terramask::tools {
namespace fs = std::filesystem;
namespace {

/// One for each input, one for all, or none.
std::string one_of(const std::vector<std::string>& values, std::size_t index) {
  return values.empty() ? std::string() : values.size() == 1 ? values.front() : values[index];
}

void check_count(const EvaluateArguments& a, const std::vector<std::string>& values,
                 const std::string& option, bool one_for_all) {
  if (values.empty() || values.size() == a.inputs.size() || (one_for_all && values.size() == 1)) return;
  throw Error(ErrorCode::usage,
              fmt::format("{}: {} named, for {} {}", option, values.size(), a.inputs.size(),
                          a.model.empty() ? "masks" : "images"),
              one_for_all ? "name one for all, or one for each, in their order"
                          : "name one for each, in their order");
}

bool into_folder(const std::string& path) {
  std::error_code failed;
  return path.ends_with('/') || fs::is_directory(path, failed);
}

/// What says how images are read and segmented would be without effect on masks.
void check_without_model(const EvaluateArguments& a) {
  const RasterArguments& r = a.raster;
  const DeviceArguments& d = a.device;
  const std::initializer_list<std::pair<const char*, bool>> given{
      {"--ndsm", !r.ndsm.empty()},
      {"--bands", !r.typed.band_override.empty()},
      {"--resample", r.resample != "auto"},
      {"--crs", !r.typed.crs.empty()},
      {"--pixel-size", r.typed.assumed_pixel_size_m.has_value()},
      {"--src-nodata", !r.typed.src_nodata.empty()},
      {"--nodata-rule", !r.nodata_rule.empty()},
      {"--no-src-alpha", r.typed.no_alpha},
      {"--device", d.device != "auto"},
      {"--threads", d.threads != 0},
      {"--memory-limit", !d.memory_limit.empty()},
      {"--kernel", d.kernel != "auto"},
      {"--precision", d.precision != "fast"}};
  for (const auto& [name, told] : given)
    if (told)
      throw Error(ErrorCode::usage, fmt::format("{}: is of images that a model segments", name),
                  "leave it out, or name a model with --model");
}

void check_arguments(const EvaluateArguments& a) {
  if (a.model.empty()) check_without_model(a);
  check_count(a, a.references, "--reference", true);
  check_count(a, a.probabilities, "--probabilities", false);
  check_count(a, a.images, "--image", false);
  if (a.references.empty() && a.options.points.empty())
    throw Error(ErrorCode::usage, "nothing to compare with",
                "name a reference with --reference, or --points");
  if (!a.model.empty() && !a.probabilities.empty())
    throw Error(ErrorCode::usage, "--probabilities: with --model they are computed", "leave one of them out");
  if (!a.model.empty() && !a.images.empty())
    throw Error(ErrorCode::usage, "--image: with --model the images are those it segments",
                "leave --image out");
  if (!a.model.empty() && !a.options.classes.empty())
    throw Error(ErrorCode::usage, "--mask-map: with --model the classes are the model's",
                "leave --mask-map out");
  if (a.model.empty() && a.store_threshold)
    throw Error(ErrorCode::usage, "--store-threshold: in which model?",
                "name it with --model, and images in place of masks");
  if (a.store_threshold && a.references.empty())
    throw Error(ErrorCode::usage, "--store-threshold: the sweep needs a reference raster or polygons",
                "name it with --reference");
  if (!a.images.empty() && a.html.empty())
    throw Error(ErrorCode::usage, "--image: is shown in the page alone", "add --html FILE");
  if (!a.errors.empty() && a.inputs.size() > 1 && !into_folder(a.errors))
    throw Error(ErrorCode::usage,
                fmt::format("--errors {}: one file cannot take {} error rasters", a.errors, a.inputs.size()),
                "name a folder (--errors DIR/)");
}

std::string error_path(const EvaluateArguments& a, const std::string& input) {
  if (a.errors.empty() || !into_folder(a.errors)) return a.errors;
  return (fs::path(a.errors) / (raster_stem(input) + ".tif")).string();
}

}  // namespace

std::vector<EvaluationPair> make_pairs(const EvaluateArguments& a) {
  check_arguments(a);
  std::vector<EvaluationPair> pairs;
  std::set<std::string> outputs;
  for (std::size_t i = 0; i < a.inputs.size(); ++i) {
    EvaluationPair pair;
    if (a.model.empty()) pair.mask = a.inputs[i];
    pair.reference = one_of(a.references, i);
    if (!a.probabilities.empty()) pair.probabilities = a.probabilities[i];
    if (!a.html.empty()) pair.image = a.model.empty() ? (a.images.empty() ? "" : a.images[i]) : a.inputs[i];
    pair.errors = error_path(a, a.inputs[i]);
    if (!pair.errors.empty() && !outputs.insert(pair.errors).second)
      throw Error(ErrorCode::usage, pair.errors + ": would be the error raster of two of the inputs",
                  "rename one of them, or evaluate them one after the other");
    pairs.push_back(pair);
  }
  return pairs;
}

std::string first_output(const EvaluateArguments& a) {
  return !a.html.empty() ? a.html : !a.json.empty() ? a.json : a.errors;
}

void prepare_outputs(const EvaluateArguments& a, const std::vector<EvaluationPair>& pairs) {
  if (!a.errors.empty() && into_folder(a.errors)) {
    std::error_code failed;
    fs::create_directories(a.errors, failed);
    if (failed)
      throw Error(ErrorCode::io,
                  fmt::format("--errors {}: the folder cannot be made: {}", a.errors, failed.message()),
                  "make it, or choose another");
  }
  std::vector<std::string> inputs = a.inputs;
  for (const auto& more :
       {a.references, a.probabilities, a.images, a.raster.ndsm, {a.model, a.options.points}})
    for (const std::string& path : more)
      if (!path.empty()) inputs.push_back(path);
  if (!a.json.empty() && a.json == a.html)
    throw Error(ErrorCode::usage, a.json + ": named twice as an output", "give each output its own name");
  std::vector<std::string> outputs{a.json, a.html};
  for (const EvaluationPair& pair : pairs) outputs.push_back(pair.errors);
  begin_outputs(outputs, a.options.overwrite, inputs);
}

}  // namespace terramask::tools
