// An ONNX file as a model of ours.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/class_colors.hpp"
#include "core/text.hpp"
#include "core/utf8.hpp"
#include "models/architecture.hpp"
#include "models/given/attributes.hpp"
#include "models/given/build.hpp"
#include "onnx/document.hpp"
#include "onnx/metadata.hpp"
#include "terramask/onnx.hpp"

namespace terramask {
namespace {

using onnx_file::Document;
using onnx_file::Metadata;

/// Takes off what makes classes or probabilities of logits.
/// @return whether a sigmoid was among it
bool take_off_tail(GivenNetwork& network) {
  constexpr std::array<std::string_view, 4> after{"ArgMax", "Identity", "Cast", "Squeeze"};
  for (;;) {
    const auto maker = std::ranges::find_if(network.nodes, [&](const GivenNode& node) {
      return std::ranges::find(node.outputs, network.output) != node.outputs.end();
    });
    if (maker == network.nodes.end() || maker->inputs.empty()) return false;
    const std::string op = maker->op;
    const std::int64_t axis = given::whole_attribute(*maker, "axis", op == "ArgMax" ? 0 : -1);
    const bool along_channels = axis == 1 || axis == -3;
    if ((op == "ArgMax" || op == "Softmax") && !along_channels) return false;
    if (op == "Softmax" && network.opset < 13) return false;
    const bool ends = op == "Softmax" || op == "Sigmoid";
    if (!ends && std::ranges::find(after, op) == after.end()) return false;
    network.output = maker->inputs.front();
    network.nodes.erase(maker);
    if (ends) return op == "Sigmoid";
  }
}

/// Channels that the network's first convolutions take.
std::int64_t channels_of(const Document& document) {
  if (document.channels > 0) return document.channels;
  for (const GivenNode& node : document.network.nodes)
    if (node.op == "Conv" && node.inputs.size() > 1 && node.inputs[0] == document.network.input)
      if (const auto weight = document.network.weights.find(node.inputs[1]);
          weight != document.network.weights.end() && weight->second.size() == 4)
        return weight->second[1];
  return 0;
}

/// All of a few names; the first and the last of many.
std::string shown(const std::vector<std::string>& names) {
  constexpr std::size_t most = 8;
  if (names.size() <= most) return fmt::format("{}", fmt::join(names, ", "));
  return fmt::format("{}, {}, ..., {}", names[0], names[1], names.back());
}

std::vector<std::string> band_names(std::int64_t count) {
  if (count == 3) return {"red", "green", "blue"};
  std::vector<std::string> names;
  for (std::int64_t i = 1; i <= count; ++i) names.push_back(fmt::format("band {}", i));
  return names;
}

[[noreturn]] void refuse_count(const char* setting, std::size_t given, std::int64_t wanted, const char* of) {
  throw Error(ErrorCode::usage,
              fmt::format("`{}`: {} given; the network has {} {}", setting, given, wanted, of),
              fmt::format("give one for each, or leave `{}` out", setting));
}

std::vector<double> statistics(const char* setting, const std::vector<double>& given,
                               const std::vector<double>& stated, double otherwise, std::int64_t bands) {
  const std::vector<double>& chosen = given.empty() ? stated : given;
  if (chosen.empty()) return std::vector<double>(static_cast<std::size_t>(bands), otherwise);
  if (chosen.size() == 1) return std::vector<double>(static_cast<std::size_t>(bands), chosen.front());
  if (chosen.size() != static_cast<std::size_t>(bands)) refuse_count(setting, chosen.size(), bands, "bands");
  return chosen;
}

/// (value / scale − mean) / std, as a band has it: (value − mean) / std.
std::vector<ModelBand> make_bands(const ImportOptions& options, const Metadata& stated, std::int64_t bands,
                                  std::vector<std::string>& warnings) {
  std::vector<std::string> names = options.bands.empty() ? band_names(bands) : options.bands;
  if (names.size() != static_cast<std::size_t>(bands)) refuse_count("bands", names.size(), bands, "bands");
  const double scale = options.scale.value_or(stated.scale.value_or(1));
  if (!(scale > 0)) throw Error(ErrorCode::usage, fmt::format("`scale={}`: it must be above 0", scale));
  const std::vector<double> mean = statistics("mean", options.mean, stated.mean, 0, bands);
  const std::vector<double> std = statistics("std", options.std, stated.std, 1, bands);
  if (!options.scale && !stated.scale && options.mean.empty() && stated.mean.empty())
    warnings.emplace_back(
        "neither `scale` nor `mean` is given: pixel values go into the network as they are stored");
  if (!options.types.empty() && options.types.size() != names.size())
    refuse_count("bands", options.types.size(), bands, "bands");
  for (auto name = names.begin(); name != names.end(); ++name)
    if (std::find(names.begin(), name, *name) != name)
      throw Error(ErrorCode::usage, fmt::format("two bands are named {}", quotation(*name)),
                  "give each band a name of its own with `bands`");
  std::vector<ModelBand> result;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!(std[i] > 0)) throw Error(ErrorCode::usage, fmt::format("`std`: {} is not above 0", std[i]));
    result.push_back({.name = names[i],
                      .type = options.types.empty() ? "" : options.types[i],
                      .mean = mean[i] * scale,
                      .std = std[i] * scale});
  }
  if (options.bands.empty())
    warnings.push_back(fmt::format("`bands` is not given: they are taken for {}", shown(names)));
  return result;
}

std::vector<ClassInfo> make_classes(const ImportOptions& options, const Metadata& stated,
                                    std::int64_t classes, std::vector<std::string>& warnings) {
  std::vector<std::string> names = options.classes.empty() ? stated.classes : options.classes;
  // Deepness names one class where the other is the background.
  if (options.classes.empty() && names.size() == 1 && classes == 2) names.insert(names.begin(), "background");
  if (names.empty()) {
    for (std::int64_t i = 0; i < classes; ++i) names.push_back(fmt::format("class {}", i));
    warnings.push_back(fmt::format("`classes` is not given: they are named {}", shown(names)));
  }
  if (names.size() != static_cast<std::size_t>(classes))
    refuse_count("classes", names.size(), classes, "classes");
  std::vector<ClassInfo> result;
  for (std::size_t i = 0; i < names.size(); ++i)
    result.push_back({.value = static_cast<int>(i),
                      .name = names[i],
                      .color = i == 0 ? "#000000" : kClassColors[(i - 1) % kClassColors.size()]});
  return result;
}

Model make_model(const std::string& path, Document document, const ImportOptions& options) {
  Model model;
  model.path = path;
  model.sha256 = document.sha256;
  const Metadata stated = onnx_file::read_metadata(document.metadata, model.warnings);
  if (std::ranges::any_of(document.network.nodes, [](const GivenNode& node) {
        return given::whole_attribute(node, "training_mode", 0) != 0;
      }))
    model.warnings.emplace_back(
        "it was exported in training mode: batch norms use their stored statistics all the same");
  const bool sigmoid = take_off_tail(document.network);
  const std::int64_t bands = document.channels == 0 && !options.bands.empty()
                                 ? static_cast<std::int64_t>(options.bands.size())
                                 : channels_of(document);
  if (bands == 0)
    throw Error(ErrorCode::usage, "the file does not say how many bands its network takes",
                "name them with `bands`");
  given::settle(document.network, bands);
  std::int64_t classes = given::output_channels(document.network, bands);
  if (sigmoid && classes > 1)
    throw Error(ErrorCode::unsupported,
                fmt::format("its output is {} independent probabilities (Sigmoid)", classes),
                "take a network whose classes exclude each other (Softmax), or of one class");
  if (classes == 1) {
    document.network.one_logit = true;
    document.network.weights[given::kTwoClasses] = {2, 1, 1, 1};
    constexpr std::array<float, 2> values{0, 1};
    document.parameters[given::kTwoClasses] =
        std::make_shared<const Tensor>(Shape{2, 1, 1, 1}, std::span<const float>(values));
    classes = 2;
  }
  model.info.bands = make_bands(options, stated, bands, model.warnings);
  model.info.classes = make_classes(options, stated, classes, model.warnings);
  model.info.pixel_size_m = options.pixel_size_m ? options.pixel_size_m : stated.pixel_size_m;
  if (classes == 2 && stated.threshold && *stated.threshold != 0.5) model.info.threshold = stated.threshold;
  if (!model.info.pixel_size_m)
    model.warnings.emplace_back(
        "`pixel_size` is not given: whether a raster fits cannot be checked, and none is resampled");
  const std::int64_t opset = document.network.opset, stride = document.network.stride;
  model.info.pad_multiple = std::lcm(std::int64_t{32}, stride);
  model.info.provenance = nlohmann::ordered_json{
      {"imported", as_utf8(std::filesystem::path(path).filename().string())},
      {"sha256", document.sha256},
      {"producer", document.producer},
      {"opset", opset}}.dump();
  model.info.network = {
      .architecture = std::string(given_architecture.name), .bands = bands, .classes = classes};
  model.info.network.given = std::make_shared<const GivenNetwork>(std::move(document.network));
  model.parameters = std::move(document.parameters);
  return model;
}

}  // namespace

Model import_onnx(const std::string& path, const ImportOptions& options) {
  Document document = onnx_file::read_document(path, options.output);
  try {
    return make_model(path, std::move(document), options);
  } catch (const Error& error) {
    throw Error(error.code(), path + ": " + error.message(), error.remedy());
  }
}

}  // namespace terramask
