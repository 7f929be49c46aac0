#include "terramask/graph.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace terramask {
namespace {

void check_id(std::size_t id, std::size_t size, const char* what) {
  if (id >= size) throw Error(ErrorCode::internal, fmt::format("Graph: {} {} does not exist", what, id));
}

}  // namespace

ValueId Graph::add_input(std::string name, ValueType type) {
  values_.push_back({std::move(name), type, Role::input});
  return static_cast<ValueId>(values_.size() - 1);
}

ValueId Graph::add_parameter(std::string name, Shape shape, DType dtype) {
  values_.push_back({std::move(name), {dtype, shape}, Role::parameter});
  return static_cast<ValueId>(values_.size() - 1);
}

ValueId Graph::add_variable(std::string name, Shape shape, DType dtype) {
  values_.push_back({std::move(name), {dtype, shape}, Role::variable});
  return static_cast<ValueId>(values_.size() - 1);
}

void Graph::assign(ValueId variable, ValueId value) {
  check_id(variable, values_.size(), "value");
  check_id(value, values_.size(), "value");
  const auto fail = [&](const std::string& why) {
    throw Error(ErrorCode::internal,
                fmt::format("Graph: {} = {}: {}", values_[variable].name, values_[value].name, why));
  };
  if (values_[variable].role != Role::variable) fail("no variable");
  if (values_[value].role != Role::transient) fail("not made by a node");
  if (!(values_[variable].type == values_[value].type)) fail("of another type");
  if (home(value)) fail("assigned already");
  const auto holds = [](const std::vector<ValueId>& ids, ValueId id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  };
  bool made = false;
  for (const Node& node : nodes_) {
    const bool reads = holds(node.operands, variable);
    if (made && reads) fail("read after it was assigned");
    if (!holds(node.results, value)) continue;
    made = true;
    if (reads && !node.op.updates_in_place())
      fail(fmt::format("{} does not update in place", node.op.name()));
  }
  for (const Assignment& other : assignments_)
    if (other.variable == variable) fail("assigned twice");
  assignments_.push_back({variable, value});
}

std::optional<ValueId> Graph::home(ValueId value) const {
  if (values_.at(value).role == Role::variable) return value;
  for (const Assignment& assignment : assignments_)
    if (assignment.value == value) return assignment.variable;
  return std::nullopt;
}

std::vector<ValueId> Graph::add(Operator op, std::vector<ValueId> operands, const std::string& name) {
  std::vector<ValueType> types;
  types.reserve(operands.size());
  for (const ValueId operand : operands) {
    check_id(operand, values_.size(), "value");
    types.push_back(values_[operand].type);
    for (const Assignment& assignment : assignments_)
      if (assignment.variable == operand)
        throw Error(ErrorCode::internal,
                    "Graph: " + values_[operand].name + " is read after it was assigned");
  }
  const std::string label = name.empty() ? fmt::format("{}.{}", op.name(), nodes_.size()) : name;
  std::vector<ValueId> results;
  for (const ValueType& type : op.infer(types)) {
    results.push_back(static_cast<ValueId>(values_.size()));
    values_.push_back({results.size() == 1 ? label : fmt::format("{}:{}", label, results.size() - 1), type,
                       Role::transient});
  }
  nodes_.push_back({std::move(op), std::move(operands), results});
  return results;
}

void Graph::add_output(std::string name, ValueId value) {
  check_id(value, values_.size(), "value");
  for (const Output& output : outputs_)
    if (output.name == name) throw Error(ErrorCode::internal, "Graph: two outputs named " + name);
  outputs_.push_back({std::move(name), value});
}

void Graph::remove_output(std::string_view name) {
  std::erase_if(outputs_, [&](const Output& output) { return output.name == name; });
}

std::optional<ValueId> Graph::find(std::string_view name) const {
  for (std::size_t id = 0; id < values_.size(); ++id)
    if (values_[id].name == name) return static_cast<ValueId>(id);
  return std::nullopt;
}

void check_parameters(const Graph& graph, const Parameters& parameters, const std::string& model_name) {
  for (const Value& value : graph.values()) {
    if (value.role != Role::parameter) continue;
    const auto found = parameters.find(value.name);
    if (found == parameters.end())
      throw Error(
          ErrorCode::format,
          fmt::format("{}: tensor {} ({}) is missing", model_name, value.name, to_string(value.type.shape)),
          "the file does not hold the weights of the network it names; export the model again");
    const Tensor& tensor = *found->second;
    if (tensor.shape() != value.type.shape || tensor.dtype() != value.type.dtype)
      throw Error(ErrorCode::format,
                  fmt::format("{}: tensor {} is {} {}, the network needs {} {}", model_name, value.name,
                              to_string(tensor.dtype()), to_string(tensor.shape()),
                              to_string(value.type.dtype), to_string(value.type.shape)),
                  "the network's description and its weights do not belong together; export the model again");
  }
}

}  // namespace terramask
