// Small ONNX files, made node by node.
#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace terramask::tests {

/// A network from "image" [N, bands, H, W] to "out".
class SmallNetwork {
 public:
  explicit SmallNetwork(std::int64_t bands = 3, std::int64_t opset = 17) {
    model_.set_ir_version(8);
    model_.add_opset_import()->set_version(opset);
    auto& input = *graph().add_input();
    input.set_name("image");
    auto& type = *input.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    for (const char* axis : {"N", "C", "H", "W"}) type.mutable_shape()->add_dim()->set_dim_param(axis);
    if (bands > 0) type.mutable_shape()->mutable_dim(1)->set_dim_value(bands);
    graph().add_output()->set_name("out");
  }

  onnx::ModelProto& model() { return model_; }
  onnx::GraphProto& graph() { return *model_.mutable_graph(); }

  onnx::NodeProto& add(const char* op, const std::vector<std::string>& inputs, const std::string& output) {
    auto& node = *graph().add_node();
    node.set_op_type(op);
    node.set_name(output);
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(output);
    return node;
  }

  /// Weights 0.5, -0.25, 0.125, ... over again.
  onnx::TensorProto& weights(const std::string& name, const std::vector<std::int64_t>& shape) {
    auto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    std::int64_t count = 1;
    for (const std::int64_t extent : shape) {
      tensor.add_dims(extent);
      count *= extent;
    }
    for (std::int64_t i = 0; i < count; ++i)
      tensor.add_float_data((i % 2 == 0 ? 1.0F : -1.0F) / static_cast<float>(2 << i % 5));
    return tensor;
  }

  onnx::TensorProto& whole(const std::string& name, const std::vector<std::int64_t>& values,
                           bool scalar = false) {
    auto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::INT64);
    if (!scalar) tensor.add_dims(static_cast<std::int64_t>(values.size()));
    for (const std::int64_t value : values) tensor.add_int64_data(value);
    return tensor;
  }

  /// A convolution of 3 × 3 taps with padding, its weights and bias.
  onnx::NodeProto& conv(const std::string& from, const std::string& to, std::int64_t in, std::int64_t out) {
    weights(to + ".weight", {out, in, 3, 3});
    weights(to + ".bias", {out});
    auto& node = add("Conv", {from, to + ".weight", to + ".bias"}, to);
    set(node, "pads", {1, 1, 1, 1});
    return node;
  }

  static void set(onnx::NodeProto& node, const char* name, const std::vector<std::int64_t>& values) {
    auto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t value : values) attribute.add_ints(value);
  }
  static void set(onnx::NodeProto& node, const char* name, std::int64_t value) {
    auto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::INT);
    attribute.set_i(value);
  }
  static void set(onnx::NodeProto& node, const char* name, const char* value) {
    auto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::STRING);
    attribute.set_s(value);
  }

  std::string bytes() const { return model_.SerializeAsString(); }
  std::string save(const std::filesystem::path& path) const {
    std::ofstream(path, std::ios::binary) << bytes();
    return path.string();
  }

 private:
  onnx::ModelProto model_;
};

}  // namespace terramask::tests
