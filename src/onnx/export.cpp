// A model of ours as an ONNX file.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "models/atomic_file.hpp"
#include "onnx/writer.hpp"
#include "terramask/onnx.hpp"
#include "terramask/plan.hpp"

namespace terramask {
namespace {

using onnx_file::GraphWriter;
using Json = nlohmann::ordered_json;

constexpr std::int64_t kOpset = 17, kIrVersion = 8;

/// An image N × channels × height × width; an extent of 0 is any.
void set_image(onnx::ValueInfoProto& info, const std::string& name, std::int64_t channels,
               std::int64_t extent) {
  info.set_name(name);
  auto& type = *info.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  auto& shape = *type.mutable_shape();
  shape.add_dim()->set_dim_param("N");
  shape.add_dim()->set_dim_value(channels);
  for (const char* axis : {"H", "W"})
    if (extent == 0)
      shape.add_dim()->set_dim_param(axis);
    else
      shape.add_dim()->set_dim_value(extent);
}

void set_metadata(onnx::ModelProto& model, const char* key, const Json& value) {
  onnx::StringStringEntryProto& entry = *model.add_metadata_props();
  entry.set_key(key);
  entry.set_value(value.dump());
}

/// What QGIS' Deepness reads: https://qgis-plugin-deepness.readthedocs.io. It divides values by 255 first.
void set_deepness(onnx::ModelProto& model, const ModelInfo& info, std::int64_t tile, bool normalised) {
  set_metadata(model, "model_type", "Segmentor");
  if (info.pixel_size_m) set_metadata(model, "resolution", *info.pixel_size_m * 100);
  set_metadata(model, "tile_size", tile);
  set_metadata(model, "tiles_size", tile);
  Json names = Json::object();
  for (std::size_t i = 0; i < info.classes.size(); ++i) names[std::to_string(i)] = info.classes[i].name;
  set_metadata(model, "class_names", names);
  Json mean = Json::array(), std = Json::array();
  for (const ModelBand& band : info.bands) {
    mean.push_back((normalised ? 0 : band.mean) / 255);
    std.push_back((normalised ? 1 : band.std) / 255);
  }
  set_metadata(model, "standardization_mean", mean);
  set_metadata(model, "standardization_std", std);
}

/// (value − mean) / std before the network.
void write_normalisation(GraphWriter& writer, const ModelInfo& info, const std::string& from,
                         const std::string& to) {
  std::vector<float> mean, std;
  for (const ModelBand& band : info.bands) {
    mean.push_back(static_cast<float>(band.mean));
    std.push_back(static_cast<float>(band.std));
  }
  const std::vector<std::int64_t> shape{1, static_cast<std::int64_t>(mean.size()), 1, 1};
  writer.add_constant(to + ".mean", mean, shape);
  writer.add_constant(to + ".std", std, shape);
  writer.add("Sub", {from, to + ".mean"}, to + ".centred");
  writer.add("Div", {to + ".centred", to + ".std"}, to);
}

onnx::ModelProto make_onnx(const Model& model, const ExportOptions& options) {
  const ModelInfo& info = model.info;
  const std::int64_t stride = total_stride(info.network);
  const bool deepness = options.target == ExportTarget::deepness;
  const std::int64_t extent = deepness ? options.tile : 0;
  if (deepness && (extent < 1 || extent % stride != 0))
    throw Error(ErrorCode::usage,
                fmt::format("`tile={}`: the network needs a multiple of {}", extent, stride),
                fmt::format("for instance `tile={}`", std::max<std::int64_t>(1, extent / stride) * stride));
  const Graph graph = build_network(info.network, 1, stride, stride);
  onnx::ModelProto result;
  result.set_ir_version(kIrVersion);
  result.set_producer_name("Terramask");
  result.set_producer_version(TERRAMASK_VERSION);
  result.add_opset_import()->set_version(kOpset);
  onnx::GraphProto& target = *result.mutable_graph();
  target.set_name(info.network.architecture);
  GraphWriter writer(graph, model.parameters, target);
  const ValueId image = *graph.find("image");
  const std::string input = writer.name(image);
  if (options.normalise_inside) {
    writer.rename(image, input + ".normalised");
    write_normalisation(writer, info, input, input + ".normalised");
  }
  writer.write_nodes();
  const bool probabilities = options.probabilities || deepness;
  std::string output = probabilities ? "probabilities" : "logits";
  while (graph.find(output)) output += "_";
  auto& last = writer.add(probabilities ? "Softmax" : "Identity",
                          {writer.name(graph.outputs().front().value)}, output);
  if (probabilities) {
    auto& axis = *last.add_attribute();
    axis.set_name("axis");
    axis.set_type(onnx::AttributeProto::INT);
    axis.set_i(1);
  }
  set_image(*target.add_input(), input, info.network.bands, extent);
  set_image(*target.add_output(), output, info.network.classes, extent);
  if (deepness) set_deepness(result, info, extent, options.normalise_inside);
  set_metadata(result, "terramask", {{"stride", stride}, {"sha256", model.sha256}});
  return result;
}

}  // namespace

void export_onnx(const Model& model, const std::string& path, const ExportOptions& options) {
  const onnx::ModelProto made = make_onnx(model, options);
  if (made.ByteSizeLong() > std::size_t{0x7fffffff})
    throw Error(ErrorCode::unsupported, path + ": more than 2 GiB, which an ONNX file cannot hold",
                "export a smaller network");
  const std::string bytes = made.SerializeAsString();
  AtomicFile file(path, options.overwrite);
  file.write(std::as_bytes(std::span(bytes)));
  file.commit();
}

}  // namespace terramask
