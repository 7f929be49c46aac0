#include "models/given/lowering.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "models/given/host.hpp"

namespace terramask::given {

std::string describe(const GivenNode& node, std::int64_t opset) {
  const std::string& name = !node.name.empty() || node.outputs.empty() ? node.name : node.outputs.front();
  return fmt::format("node {} ({}, opset {})", quotation(name), quotation(node.op), opset);
}

const Rule* find_rule(std::string_view op, std::int64_t opset) {
  const Rule* best = nullptr;
  for (const std::span<const Rule> rules : {convolution_rules(), image_rules(), elementwise_rules()})
    for (const Rule& rule : rules)
      if (rule.op == op && rule.since <= opset && (best == nullptr || rule.since > best->since)) best = &rule;
  return best;
}

void Lowering::refuse(const std::string& cause, const std::string& remedy) const {
  throw Error(ErrorCode::unsupported, fmt::format("{}: {}", describe(node_, opset()), cause), remedy);
}

void Lowering::fail(const std::string& cause) const {
  throw Error(ErrorCode::format, fmt::format("{}: {}", describe(node_, opset()), cause),
              "export the model again");
}

const Constant& Lowering::constant(std::size_t index) const {
  if (!has(index)) fail(fmt::format("input {} is missing", index + 1));
  const auto found = known_.find(node_.inputs[index]);
  const auto* value = found == known_.end() ? nullptr : std::get_if<Constant>(&found->second);
  if (value == nullptr)
    refuse(fmt::format("its input {} is computed from the image", index + 1),
           "export the model with constants there");
  return *value;
}

ValueId Lowering::computed(std::size_t index, DType type) {
  if (!has(index)) fail(fmt::format("input {} is missing", index + 1));
  const auto found = known_.find(node_.inputs[index]);
  const auto* value = found == known_.end() ? nullptr : std::get_if<ValueId>(&found->second);
  if (value == nullptr)
    refuse(fmt::format("its input {} is a constant, no image", index + 1),
           "fold constants when exporting (onnxsim does it for a finished file)");
  if (graph_.type(*value).shape.rank() != 4 || graph_.type(*value).dtype != type ||
      graph_.values()[*value].role == Role::parameter)
    refuse(fmt::format("its input {} is no image N × C × H × W", index + 1),
           "only networks of images run here so far");
  return *value;
}

ValueId Lowering::weight(std::size_t index, std::size_t rank) {
  if (!has(index)) fail(fmt::format("input {} is missing", index + 1));
  const std::string& name = node_.inputs[index];
  const auto shape = network_.weights.find(name);
  if (shape == network_.weights.end())
    refuse(fmt::format("its input {} is computed, no trained tensor", index + 1),
           "export the model with constant folding");
  if (shape->second.size() != rank)
    refuse(fmt::format("its input {} has {} axes; {} can run", index + 1, shape->second.size(), rank),
           "only networks of two-dimensional images run here so far");
  const auto [place, fresh] = known_.try_emplace(name);
  if (fresh) place->second = graph_.add_parameter(name, Shape(shape->second));
  return std::get<ValueId>(place->second);
}

Extent2 Lowering::pair(std::string_view attribute, std::int64_t otherwise) const {
  const auto found = find_attribute<std::vector<std::int64_t>>(node_, attribute);
  if (!found || found->empty()) return {otherwise, otherwise};
  if (found->size() != 2)
    refuse(fmt::format("{} has {} numbers; 2 can run", attribute, found->size()),
           "only networks of two-dimensional images run here so far");
  for (const std::int64_t value : *found)
    if (value < 0 || value > 1'000'000) fail(fmt::format("{} is {}", attribute, value));
  return {(*found)[0], (*found)[1]};
}

}  // namespace terramask::given
