// terramask info: what a model or a raster is, and whether they fit.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "cli/file_kinds.hpp"
#include "cli/info_model.hpp"
#include "cli/info_raster.hpp"
#include "cli/raster_arguments.hpp"
#include "cli/subcommands.hpp"
#include "common/checks.hpp"
#include "common/device_options.hpp"
#include "common/option_group.hpp"
#include "common/option_names.hpp"
#include "common/printing.hpp"
#include "terramask/gdal.hpp"
#include "terramask/network.hpp"
#include "terramask/raster_names.hpp"
#include "terramask/segment.hpp"

namespace terramask::tools {
namespace {

using Json = nlohmann::ordered_json;
using Kind = NetworkKey::Kind;

std::string values_text(const NetworkKey& key) {
  if (key.kind == Kind::choice)
    return fmt::format("{} (default {})", fmt::join(key.choices, " or "), key.choices.front());
  return fmt::format("{:g} to {:g} (default {:g})", key.low, key.high, key.initial);
}

Json key_json(const NetworkKey& key) {
  Json json{{"name", key.name}};
  if (key.kind == Kind::choice) {
    json.update({{"kind", "choice"},
                 {"choices", std::vector<std::string>(key.choices.begin(), key.choices.end())},
                 {"default", key.choices.front()}});
  } else {
    const auto value = [&key](double number) {
      return key.kind == Kind::whole ? Json(static_cast<std::int64_t>(number)) : Json(number);
    };
    json.update({{"kind", key.kind == Kind::whole ? "whole" : "number"},
                 {"minimum", value(key.low)},
                 {"maximum", value(key.high)},
                 {"default", value(key.initial)}});
  }
  json["training_only"] = key.training_only;
  json["help"] = key.help;
  return json;
}

/// A paragraph for each architecture, a line for each of its keys.
std::string describe_architectures() {
  std::string text;
  for (const std::string& name : architectures()) {
    text += fmt::format("{}: {}\n", name, architecture_title(name));
    for (const NetworkKey& key : network_keys(name))
      text += fmt::format("  {:<12} {}: {}\n", key.name, key.help, values_text(key));
  }
  return text;
}

/// The same for scripts, such as the one that writes schema and README (scripts/write_architectures.py).
Json architectures_json() {
  Json json{{"architectures", Json::array()}};
  for (const std::string& name : architectures()) {
    Json keys = Json::array();
    for (const NetworkKey& key : network_keys(name)) keys.push_back(key_json(key));
    json["architectures"].push_back(
        {{"name", name}, {"title", architecture_title(name)}, {"keys", std::move(keys)}});
  }
  return json;
}

struct InfoArguments {
  std::vector<std::string> files;
  bool json = false, plan = false, architectures = false;
  std::int64_t patch = 512;
  RasterArguments raster;
  DeviceArguments device{
      .device = "", .kernel = "auto", .precision = "fast", .memory_limit = "", .threads = 0};
};

struct Fit {
  const Model* model;
  std::string raster;
  std::vector<std::string> faults;
  bool sizes_known = false;  ///< of the pixels of both

  std::string verdict() const {
    if (!faults.empty()) return "does not fit";
    return sizes_known ? "fits" : "fits (by its bands; the pixel size cannot be checked)";
  }
};

std::vector<std::string> faults_of(const Model& model, const RasterOptions& raster) {
  try {
    return with_options(check_fit(model, raster));
  } catch (const Error& error) {
    return {with_options(error.what())};
  }
}

void print_text(const std::vector<Model>& models, const std::vector<RasterInfo>& rasters,
                const std::vector<Fit>& fits, const Executor* executor) {
  for (const Model& model : models) say("{}\n", describe(model, executor));
  for (const RasterInfo& raster : rasters) say("{}\n", describe(raster));
  for (const Fit& fit : fits) {
    say("{} {} {}\n", fit.raster, fit.verdict(), fit.model->path);
    for (const std::string& fault : fit.faults) say("  {}\n", fault);
  }
}

void print_json(const std::vector<Model>& models, const std::vector<RasterInfo>& rasters,
                const std::vector<Fit>& fits, const Executor* executor) {
  Json json{{"models", Json::array()}, {"rasters", Json::array()}, {"fits", Json::array()}};
  for (const Model& model : models) json["models"].push_back(as_json(model, executor));
  for (const RasterInfo& raster : rasters) json["rasters"].push_back(as_json(raster));
  for (const Fit& fit : fits)
    json["fits"].push_back({{"model", fit.model->path},
                            {"raster", fit.raster},
                            {"fits", fit.faults.empty()},
                            {"pixel_sizes_known", fit.sizes_known},
                            {"why_not", fit.faults}});
  // A file may hold text in any encoding.
  say("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

int show(const InfoArguments& a) {
  if (a.architectures) {
    say("{}", a.json ? architectures_json().dump(2) + "\n" : describe_architectures());
    if (a.files.empty()) return 0;
  }
  if (a.files.empty()) throw Error(ErrorCode::usage, "FILE is required", "name models, rasters or both");
  configure_gdal(std::uint64_t{16} << 20);
  std::vector<Model> models;
  std::vector<RasterInfo> rasters;
  for (const std::string& file : a.files)
    if (is_model(file)) models.push_back(load_model(file));
  for (const std::string& file : a.files) {
    if (!is_model(file)) {
      // A model may have a rule of its own; without one it is what a training would take.
      RasterOptions options = a.raster.options({file});
      if (!options.nodata_rule && models.size() == 1) options.nodata_rule = models.front().info.nodata_rule;
      for (const std::string& raster : list_rasters(file))
        rasters.push_back(describe_raster(raster, options));
    }
  }
  if (a.plan && models.empty()) throw Error(ErrorCode::usage, "--plan needs a model", "name a model file");
  std::unique_ptr<Executor> executor;
  if (!a.device.device.empty()) executor = make_executor(a.device.options());
  if (a.plan) {
    for (const Model& model : models) say("{}", describe_plan(model, a.patch, executor.get()));
    return 0;
  }
  std::vector<Fit> fits;
  for (const Model& model : models)
    for (const RasterInfo& raster : rasters)
      fits.push_back({&model, raster.path, faults_of(model, a.raster.options({raster.path})),
                      model.info.pixel_size_m && (raster.pixel_size || a.raster.typed.assumed_pixel_size_m)});
  (a.json ? print_json : print_text)(models, rasters, fits, executor.get());
  for (const Fit& fit : fits)
    if (!fit.faults.empty()) return 1;
  return 0;
}

}  // namespace

void info_options(CLI::App& app, std::function<int()>& run) {
  const auto a = std::make_shared<InfoArguments>();
  app.add_option("FILE", a->files, "Models and rasters (or folders, patterns, @LISTs of these), in any order")
      ->type_name("");
  app.add_flag("--architectures", a->architectures,
               "List the architectures that can be trained, and their keys");
  app.add_flag("--json", a->json, "Print JSON, for scripts");
  CLI::Option* plan = app.add_flag(
      "--plan", a->plan, "Print the model's layers for one patch instead, with shapes, FLOPs and bytes");
  OptionGroup(app)
      .add_shown("--patch", a->patch, "Size of that patch in pixels", "N")
      ->needs(plan)
      ->check(whole_number(1, largest_side));
  add_raster_options(app, a->raster);
  add_device_options(app, a->device);
  app.footer(
      R"(Without --device the receptive field and the plan are those of the network alone; the kernels of a device
may need larger tiles and more memory.
Exit status: 1 if a raster does not fit a model on the same command line.

Examples:
  terramask info roads.safetensors
  terramask info roads.safetensors ortho.tif
  terramask info trees.safetensors ortho.tif --ndsm dsm.tif dtm.tif
  terramask info --plan roads.safetensors --patch 512 --device auto
  terramask info --json ortho.tif
  terramask info --architectures
)");
  run = [a] { return show(*a); };
}

}  // namespace terramask::tools
