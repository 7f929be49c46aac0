#include "cli/info_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/command.hpp"
#include "core/class_json.hpp"
#include "models/network_json.hpp"
#include "terramask/passes.hpp"
#include "terramask/plan.hpp"

namespace terramask::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::int64_t, 4> kTileSizes{256, 512, 1024, 2048};

PlanOptions no_limits() {
  PlanOptions options;
  options.max_chunk_bytes = std::uint64_t{1} << 46;
  return options;
}

Network inference_graph(const Model& model, std::int64_t patch) {
  return optimise_for_inference({build_network(model.info.network, 1, patch, patch), model.parameters});
}

Footprint footprint_of(const Graph& graph, const Executor* executor) {
  if (executor == nullptr) return footprint(graph);
  return footprint(graph, [executor](const Graph& g, NodeId node) { return executor->layer_tile(g, node); });
}

struct Facts {
  std::int64_t parameters = 0;
  double flops_per_megapixel = 0;
  Footprint field;
  std::array<double, kTileSizes.size()> work{};
};

/// Pixels computed for each pixel written: a tile's patch is the tile and the halo.
double work_factor(const Footprint& field, std::int64_t tile) {
  const auto up = [](std::int64_t x, std::int64_t multiple) {
    return (x + multiple - 1) / multiple * multiple;
  };
  const std::int64_t whole = up(tile, field.alignment);
  const double side =
      static_cast<double>(whole + 2 * up(field.halo, field.stride)) / static_cast<double>(whole);
  return side * side;
}

Facts find_facts(const Model& model, const Executor* executor) {
  Facts facts;
  for (const auto& [name, tensor] : model.parameters) facts.parameters += tensor->shape().elements();
  const std::int64_t stride = total_stride(model.info.network);
  const std::int64_t patch = (512 + stride - 1) / stride * stride;
  // A device's limits are of no concern here: the plan is counted, not run.
  const Plan plan = make_plan(inference_graph(model, patch).graph, no_limits());
  facts.flops_per_megapixel = plan.total_flops / static_cast<double>(patch * patch) * 1e6;
  facts.field = footprint_of(plan.graph, executor);
  for (std::size_t i = 0; i < kTileSizes.size(); ++i) facts.work[i] = work_factor(facts.field, kTileSizes[i]);
  return facts;
}

std::string network_text(const NetworkSpec& network) {
  std::string text = network.architecture;
  for (const auto& [key, value] : stated_keys(network))
    std::visit([&text, &name = key](const auto& v) { text += fmt::format(", {} {}", name, v); }, value);
  return text;
}

}  // namespace

std::string describe(const Model& model, const Executor* executor) {
  const ModelInfo& info = model.info;
  const Facts facts = find_facts(model, executor);
  std::string text = fmt::format("{}: a model\n", model.path);
  text += fmt::format("  network       {}\n", network_text(info.network));
  text += fmt::format("  parameters    {}\n", count_text(static_cast<double>(facts.parameters)));
  for (std::size_t i = 0; i < info.bands.size(); ++i) {
    const ModelBand& band = info.bands[i];
    text += fmt::format("  {:<13} {} {}, mean {:.4g}, std {:.4g}\n", i == 0 ? "bands" : "", band.name,
                        band.type, band.mean, band.std);
  }
  for (std::size_t i = 0; i < info.classes.size(); ++i)
    text += fmt::format("  {:<13} {} {} {}\n", i == 0 ? "classes" : "", info.classes[i].value,
                        info.classes[i].name, info.classes[i].color);
  if (info.threshold)
    text +=
        fmt::format("  threshold     {} above a probability of {}\n", info.classes[1].name, *info.threshold);
  text +=
      info.pixel_size_m
          ? fmt::format("  pixel size    {:.4g} m\n", *info.pixel_size_m)
          : std::string(
                "  pixel size    unknown: whether a raster fits cannot be checked, and none is resampled\n");
  text += fmt::format("  nodata rule   {}\n", to_string(info.nodata_rule));
  text += fmt::format("  field         halo {}, stride {}, alignment {}, padded to multiples of {}\n",
                      facts.field.halo, facts.field.stride, facts.field.alignment, info.pad_multiple);
  text +=
      fmt::format("  work          {}FLOP a megapixel; with tiles of", count_text(facts.flops_per_megapixel));
  for (std::size_t i = 0; i < kTileSizes.size(); ++i)
    text += fmt::format("{} {}: x {:.2f}", i == 0 ? "" : ",", kTileSizes[i], facts.work[i]);
  text += fmt::format("\n  sha256        {}\n", model.sha256);
  if (!info.provenance.empty()) text += fmt::format("  provenance    {}\n", info.provenance);
  for (const std::string& warning : model.warnings) text += fmt::format("  warning       {}\n", warning);
  return text;
}

Json as_json(const Model& model, const Executor* executor) {
  const ModelInfo& info = model.info;
  const Facts facts = find_facts(model, executor);
  Json json{{"kind", "model"}, {"path", model.path}, {"network", network_json<Json>(info.network)}};
  json["parameters"] = facts.parameters;
  json["bands"] = Json::array();
  for (const ModelBand& band : info.bands)
    json["bands"].push_back(
        {{"name", band.name}, {"type", band.type}, {"mean", band.mean}, {"std", band.std}});
  json["classes"] = Json::array();
  for (const ClassInfo& one : info.classes) json["classes"].push_back(class_json<Json>(one));
  if (info.threshold) json["threshold"] = *info.threshold;
  json["pixel_size_m"] = info.pixel_size_m ? Json(*info.pixel_size_m) : Json();
  json["nodata_rule"] = to_string(info.nodata_rule);
  json["pad_multiple"] = info.pad_multiple;
  json["halo"] = facts.field.halo;
  json["stride"] = facts.field.stride;
  json["alignment"] = facts.field.alignment;
  json["flops_per_megapixel"] = facts.flops_per_megapixel;
  for (std::size_t i = 0; i < kTileSizes.size(); ++i)
    json["work_factor"][std::to_string(kTileSizes[i])] = facts.work[i];
  json["sha256"] = model.sha256;
  const Json provenance = Json::parse(info.provenance, nullptr, false);
  json["provenance"] = provenance.is_discarded() ? Json() : provenance;
  json["warnings"] = model.warnings;
  return json;
}

std::string describe_plan(const Model& model, std::int64_t patch, const Executor* executor) {
  const std::int64_t stride = total_stride(model.info.network);
  if (patch < 1 || patch % stride != 0)
    throw Error(
        ErrorCode::usage,
        fmt::format("--patch {}: {} needs a multiple of {}", patch, model.info.network.architecture, stride),
        fmt::format("for instance --patch {}", std::max<std::int64_t>(1, patch / stride) * stride));
  Graph graph = inference_graph(model, patch).graph;
  const Footprint field = footprint_of(graph, executor);
  const Plan plan = executor == nullptr ? make_plan(std::move(graph), no_limits()) : executor->plan(graph);
  return to_string(plan) + fmt::format("receptive field: halo {}, stride {}, alignment {}\n", field.halo,
                                       field.stride, field.alignment);
}

}  // namespace terramask::tools
