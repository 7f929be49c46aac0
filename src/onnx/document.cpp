#include "onnx/document.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>

#include "core/text.hpp"
#include "core/utf8.hpp"
#include "models/given/build.hpp"
#include "models/given/host.hpp"
#include "models/given/lowering.hpp"
#include "models/input_file.hpp"
#include "onnx/tensors.hpp"
#include "onnx/wire.hpp"
#include "terramask/error.hpp"

namespace terramask::onnx_file {
namespace {

using onnx::AttributeProto;
using onnx::TensorProto;

constexpr std::int64_t kLeastOpset = 9, kMostOpset = 22;
constexpr const char* kExport = "export the model with opset 17";

onnx::ModelProto parse(InputFile& file) {
  if (file.bytes() > static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max()))
    throw Error(ErrorCode::unsupported, file.path() + ": larger than 2 GiB",
                "export its weights as external data");
  std::vector<std::byte> bytes(static_cast<std::size_t>(file.bytes()));
  file.read(bytes);
  check_wire(bytes, file.path());
  onnx::ModelProto model;
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    throw Error(ErrorCode::format, file.path() + ": no ONNX model, or damaged", "copy or export it again");
  return model;
}

std::int64_t opset_of(const onnx::ModelProto& model) {
  for (const onnx::OperatorSetIdProto& set : model.opset_import())
    if (set.domain().empty() || set.domain() == "ai.onnx") {
      if (set.version() < kLeastOpset || set.version() > kMostOpset)
        throw Error(ErrorCode::unsupported,
                    fmt::format("opset {}; {} to {} can run", set.version(), kLeastOpset, kMostOpset),
                    kExport);
      return set.version();
    }
  throw Error(ErrorCode::format, "no opset is given", kExport);
}

const std::string& checked(const std::string& name) {
  if (!is_utf8(name)) throw Error(ErrorCode::format, "a name is not UTF-8", "export the model again");
  return name;
}

/// @param node  for errors, as given::describe has it
GivenAttribute attribute_of(const std::string& node, const AttributeProto& attribute) {
  switch (attribute.type()) {
    case AttributeProto::INT:
      return std::int64_t{attribute.i()};
    case AttributeProto::FLOAT:
      // The decimal that was meant: 0.01, not 0.00999999977.
      return std::stod(fmt::format("{}", attribute.f()));
    case AttributeProto::STRING:
      return checked(attribute.s());
    case AttributeProto::INTS:
      return std::vector<std::int64_t>(attribute.ints().begin(), attribute.ints().end());
    case AttributeProto::FLOATS:
      return std::vector<double>(attribute.floats().begin(), attribute.floats().end());
    default:
      throw Error(ErrorCode::unsupported,
                  fmt::format("{}: its attribute {} cannot run here", node, quotation(attribute.name())),
                  "take a network without control flow and sparse tensors");
  }
}

/// The document while it is read.
class Reading {
 public:
  Reading(onnx::ModelProto model, std::filesystem::path folder)
      : model_(std::move(model)), graph_(*model_.mutable_graph()), folder_(std::move(folder)) {}

  Document run(const std::string& output) {
    document_.network.opset = opset_of(model_);
    index_tensors();
    find_input();
    document_.network.output = find_output(output);
    for (const onnx::StringStringEntryProto& entry : model_.metadata_props())
      document_.metadata[checked(entry.key())] = checked(entry.value());
    document_.producer = checked(model_.producer_name());
    read_nodes();
    prune();
    share_out();
    return std::move(document_);
  }

 private:
  void index_tensors() {
    for (TensorProto& tensor : *graph_.mutable_initializer()) tensors_[checked(tensor.name())] = &tensor;
    if (graph_.sparse_initializer_size() > 0)
      throw Error(ErrorCode::unsupported, "sparse weights cannot run here",
                  "export the model with dense weights");
  }

  void find_input() {
    const onnx::ValueInfoProto* found = nullptr;
    for (const onnx::ValueInfoProto& input : graph_.input()) {
      if (tensors_.contains(input.name())) continue;
      if (found != nullptr)
        throw Error(ErrorCode::unsupported,
                    fmt::format("it has several inputs ({} and {})", quotation(found->name()),
                                quotation(input.name())),
                    "take a network of one image; its bands may be many");
      found = &input;
    }
    if (found == nullptr) throw Error(ErrorCode::format, "it has no input", "export the model again");
    document_.network.input = checked(found->name());
    const auto& type = found->type().tensor_type();
    if (type.elem_type() != TensorProto::FLOAT && type.elem_type() != TensorProto::FLOAT16 &&
        type.elem_type() != TensorProto::DOUBLE && type.elem_type() != TensorProto::BFLOAT16)
      throw Error(ErrorCode::unsupported,
                  fmt::format("its input {} does not take real numbers", quotation(found->name())),
                  "export the model with a float32 input");
    if (type.has_shape() && type.shape().dim_size() != 4)
      throw Error(ErrorCode::unsupported,
                  fmt::format("its input {} has {} axes", quotation(found->name()), type.shape().dim_size()),
                  "take a network of an image N × bands × H × W");
    if (type.has_shape() && type.shape().dim(1).dim_value() > 0)
      document_.channels = type.shape().dim(1).dim_value();
  }

  std::string find_output(const std::string& wanted) const {
    std::vector<std::string> names;
    for (const onnx::ValueInfoProto& output : graph_.output()) names.push_back(checked(output.name()));
    if (wanted.empty() && names.size() == 1) return names.front();
    if (names.empty()) throw Error(ErrorCode::format, "it has no output", "export the model again");
    if (std::ranges::find(names, wanted) != names.end()) return wanted;
    throw Error(ErrorCode::usage,
                wanted.empty() ? fmt::format("it has {} outputs", names.size())
                               : fmt::format("it has no output {}", quotation(wanted)),
                fmt::format("choose one with `network_output`: {}", fmt::join(names, ", ")));
  }

  void read_nodes() {
    for (onnx::NodeProto& node : *graph_.mutable_node()) {
      GivenNode given{
          .op = checked(node.op_type()), .name = checked(node.name()), .inputs = {}, .outputs = {}};
      for (const std::string& name : node.output()) given.outputs.push_back(checked(name));
      const std::string described = given::describe(given, document_.network.opset);
      if (!node.domain().empty() && node.domain() != "ai.onnx")
        throw Error(
            ErrorCode::unsupported,
            fmt::format("{}: operators of {} cannot run here yet", described, quotation(node.domain())),
            "export the model with ONNX's own operators, before a runtime has optimised it");
      if (take_constant(node)) continue;
      // A trained tensor behind Identity is that tensor.
      if (node.op_type() == "Identity" && node.input_size() == 1 && node.output_size() == 1 &&
          tensors_.contains(own_name(node.input(0)))) {
        aliases_[node.output(0)] = own_name(node.input(0));
        continue;
      }
      for (const std::string& name : node.input()) given.inputs.push_back(checked(own_name(name)));
      for (const AttributeProto& attribute : node.attribute()) read_attribute(described, attribute, given);
      document_.network.nodes.push_back(std::move(given));
    }
  }

  const std::string& own_name(const std::string& name) const {
    const auto alias = aliases_.find(name);
    return alias == aliases_.end() ? name : alias->second;
  }

  /// A node that holds a tensor is that tensor.
  bool take_constant(onnx::NodeProto& node) {
    if (node.op_type() != "Constant" || node.output_size() != 1) return false;
    for (AttributeProto& attribute : *node.mutable_attribute())
      if (attribute.name() == "value" && attribute.type() == AttributeProto::TENSOR) {
        attribute.mutable_t()->set_name(node.output(0));
        tensors_[checked(node.output(0))] = attribute.mutable_t();
        return true;
      }
    return false;
  }

  /// ConstantOfShape's value is a tensor of one element; documentation is left out.
  void read_attribute(const std::string& node, const AttributeProto& attribute, GivenNode& given) const {
    if (attribute.type() == AttributeProto::TENSOR && given.op == "ConstantOfShape") {
      const Constant value = read_constant(attribute.t(), folder_);
      std::visit([&](const auto& list) { given.attributes["value"] = list; }, value.values);
      return;
    }
    given.attributes[checked(attribute.name())] = attribute_of(node, attribute);
  }

  /// Leaves out what the output does not need.
  void prune() {
    std::set<std::string, std::less<>> needed{document_.network.output};
    std::vector<GivenNode> kept;
    for (auto node = document_.network.nodes.rbegin(); node != document_.network.nodes.rend(); ++node) {
      if (std::ranges::none_of(node->outputs, [&](const std::string& name) { return needed.contains(name); }))
        continue;
      needed.insert(node->inputs.begin(), node->inputs.end());
      kept.push_back(std::move(*node));
    }
    std::ranges::reverse(kept);
    document_.network.nodes = std::move(kept);
  }

  /// Whole numbers and what decides shapes become constants, all else weights.
  void share_out() {
    std::set<std::string, std::less<>> host, device;
    const auto& nodes = document_.network.nodes;
    for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
      const bool for_host =
          given::has_host_form(node->op) &&
          std::ranges::any_of(node->outputs, [&](const std::string& name) { return host.contains(name); });
      const std::uint32_t bits = given::host_inputs(*node, document_.network.opset);
      for (std::size_t i = 0; i < node->inputs.size(); ++i)
        (for_host || (i < 32 && (bits >> i & 1) != 0) ? host : device).insert(node->inputs[i]);
    }
    for (const auto& [name, tensor] : tensors_) {
      if (host.contains(name) || (!is_real(*tensor) && device.contains(name)))
        document_.network.constants[name] = read_constant(*tensor, folder_);
      if (!is_real(*tensor) || !device.contains(name)) continue;
      document_.network.weights[name] = extents(*tensor);
      // No node takes more than four axes; the node that should is refused by its name.
      if (tensor->dims_size() > 4) continue;
      document_.parameters[name] = std::make_shared<const Tensor>(read_weights(*tensor, folder_));
    }
  }

  onnx::ModelProto model_;
  onnx::GraphProto& graph_;
  std::filesystem::path folder_;
  Document document_{};
  std::map<std::string, TensorProto*, std::less<>> tensors_;
  std::map<std::string, std::string, std::less<>> aliases_;
};

}  // namespace

Document read_document(const std::string& path, const std::string& output) {
  InputFile file(path);
  onnx::ModelProto model = parse(file);
  try {
    Document document = Reading(std::move(model), std::filesystem::path(path).parent_path()).run(output);
    document.sha256 = file.sha256();
    return document;
  } catch (const Error& error) {
    throw Error(error.code(), path + ": " + error.message(), error.remedy());
  }
}

}  // namespace terramask::onnx_file
