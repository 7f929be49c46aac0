#include "onnx/writer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ops/operators.hpp"

namespace terramask::onnx_file {
namespace {

using onnx::AttributeProto;
using onnx::NodeProto;
using onnx::TensorProto;

AttributeProto& attribute(NodeProto& node, const char* name, AttributeProto::AttributeType type) {
  AttributeProto& added = *node.add_attribute();
  added.set_name(name);
  added.set_type(type);
  return added;
}

void set(NodeProto& node, const char* name, std::int64_t value) {
  attribute(node, name, AttributeProto::INT).set_i(value);
}

void set(NodeProto& node, const char* name, double value) {
  attribute(node, name, AttributeProto::FLOAT).set_f(static_cast<float>(value));
}

void set(NodeProto& node, const char* name, const char* value) {
  attribute(node, name, AttributeProto::STRING).set_s(value);
}

void set(NodeProto& node, const char* name, std::initializer_list<std::int64_t> values) {
  AttributeProto& added = attribute(node, name, AttributeProto::INTS);
  for (const std::int64_t value : values) added.add_ints(value);
}

/// What convolutions and pools share.
template <class Op>
void set_window(NodeProto& node, const Op& op) {
  set(node, "kernel_shape", {op.kernel.h, op.kernel.w});
  set(node, "strides", {op.stride.h, op.stride.w});
  set(node, "pads", {op.padding.h, op.padding.w, op.padding.h, op.padding.w});
}

}  // namespace

GraphWriter::GraphWriter(const Graph& graph, const Parameters& parameters, onnx::GraphProto& target)
    : graph_(graph), parameters_(parameters), target_(target) {
  for (std::size_t id = 0; id < graph.values().size(); ++id) {
    const std::string& name = graph.values()[id].name;
    names_.push_back(name.empty() ? fmt::format("value.{}", id) : name);
  }
}

NodeProto& GraphWriter::add(const char* op, const std::vector<std::string>& inputs,
                            const std::string& result) {
  NodeProto& node = *target_.add_node();
  node.set_op_type(op);
  node.set_name(result);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(result);
  return node;
}

void GraphWriter::add_constant(const std::string& name, const std::vector<float>& values,
                               const std::vector<std::int64_t>& shape) {
  TensorProto& tensor = *target_.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(TensorProto::FLOAT);
  for (const std::int64_t extent : shape) tensor.add_dims(extent);
  tensor.set_raw_data(values.data(), values.size() * sizeof(float));
}

void GraphWriter::add_constant(const std::string& name, const std::vector<std::int64_t>& values) {
  TensorProto& tensor = *target_.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  tensor.set_raw_data(values.data(), values.size() * sizeof(std::int64_t));
}

void GraphWriter::write_nodes() {
  for (const Node& node : graph_.nodes()) write(node);
  for (const Value& value : graph_.values()) {
    if (value.role != Role::parameter) continue;
    const Tensor& tensor = *parameters_.at(value.name);
    const auto values = tensor.values<float>();
    std::vector<std::int64_t> shape;
    for (std::size_t axis = 0; axis < tensor.shape().rank(); ++axis) shape.push_back(tensor.shape()[axis]);
    add_constant(value.name, {values.begin(), values.end()}, shape);
  }
}

void GraphWriter::write(const Node& node) {
  std::vector<std::string> inputs;
  for (const ValueId operand : node.operands) inputs.push_back(names_[operand]);
  const std::string& result = names_[node.results.front()];
  const Operator& op = node.op;
  if (const auto* conv = op.as<ops::Conv2d>()) {
    NodeProto& made = add("Conv", inputs, result);
    set_window(made, *conv);
    set(made, "dilations", {conv->dilation.h, conv->dilation.w});
  } else if (const auto* transposed = op.as<ops::ConvTranspose2d>()) {
    NodeProto& made = add("ConvTranspose", inputs, result);
    set_window(made, *transposed);
    set(made, "dilations", {transposed->dilation.h, transposed->dilation.w});
    set(made, "output_padding", {transposed->output_padding.h, transposed->output_padding.w});
  } else if (const auto* norm = op.as<ops::BatchNorm>()) {
    set(add("BatchNormalization", inputs, result), "epsilon", norm->epsilon);
  } else if (const auto* activate = op.as<ops::Activate>()) {
    using enum ops::ActivationKind;
    const auto [kind, alpha] = activate->activation;
    const char* const names[] = {"Identity", "Relu", "LeakyRelu", "Elu", "Sigmoid", "Tanh"};
    NodeProto& made = add(names[static_cast<std::size_t>(kind)], inputs, result);
    if (kind == leaky_relu || kind == elu) set(made, "alpha", static_cast<double>(alpha));
  } else if (const auto* pool = op.as<ops::MaxPool>()) {
    NodeProto& made = add("MaxPool", inputs, result);
    set_window(made, *pool);
    if (pool->indices) made.add_output(names_[node.results[1]]);
  } else if (const auto* unpool = op.as<ops::MaxUnpool>()) {
    // The indices count through the tensor that was pooled; its shape is known when the network runs.
    const auto pooled = std::ranges::find_if(graph_.nodes(), [&](const Node& one) {
      return std::ranges::find(one.results, node.operands[1]) != one.results.end();
    });
    add("Shape", {names_[pooled->operands.front()]}, result + ".shape");
    inputs.push_back(result + ".shape");
    set_window(add("MaxUnpool", inputs, result), *unpool);
  } else if (const auto* mean = op.as<ops::AvgPool>()) {
    NodeProto& made = add("AveragePool", inputs, result);
    set_window(made, *mean);
    set(made, "count_include_pad", std::int64_t{mean->count_include_pad});
  } else if (const auto* upsample = op.as<ops::Upsample>()) {
    const bool nearest = upsample->mode == ops::UpsampleMode::nearest;
    add_constant(result + ".scales",
                 {1, 1, static_cast<float>(upsample->factor.h), static_cast<float>(upsample->factor.w)}, {4});
    NodeProto& made = add("Resize", {inputs.front(), "", result + ".scales"}, result);
    set(made, "mode", nearest ? "nearest" : "linear");
    set(made, "coordinate_transformation_mode", nearest ? "asymmetric" : "half_pixel");
    if (nearest) set(made, "nearest_mode", "floor");
  } else if (op.as<ops::Concat>() != nullptr) {
    set(add("Concat", inputs, result), "axis", std::int64_t{1});
  } else if (const auto* slice = op.as<ops::Slice>()) {
    add_constant(result + ".begin", {slice->begin});
    add_constant(result + ".end", {slice->end});
    add_constant(result + ".axis", std::vector<std::int64_t>{1});
    add("Slice", {inputs.front(), result + ".begin", result + ".end", result + ".axis"}, result);
  } else if (op.as<ops::Add>() != nullptr) {
    add("Add", inputs, result);
  } else if (const auto* pad = op.as<ops::Pad>()) {
    add_constant(result + ".pads", {0, 0, pad->top, pad->left, 0, 0, pad->bottom, pad->right});
    add("Pad", {inputs.front(), result + ".pads"}, result);
  } else if (op.as<ops::Softmax>() != nullptr) {
    set(add("Softmax", inputs, result), "axis", std::int64_t{1});
  } else if (op.as<ops::Dropout>() != nullptr) {
    names_[node.results.front()] = inputs.front();
  } else {
    throw Error(ErrorCode::unsupported, fmt::format("{} has no form in ONNX here", op.name()),
                "report it with the model");
  }
}

}  // namespace terramask::onnx_file
