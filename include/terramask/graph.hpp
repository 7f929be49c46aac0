// A network as data: nodes with an operator, input edges, and a type on every edge. It never sees a device.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "terramask/operator.hpp"

namespace terramask {

/// Indices into Graph::values() and Graph::nodes().
using ValueId = std::uint32_t;
using NodeId = std::uint32_t;

enum class Role : std::uint8_t {
  input,      ///< given at every run
  parameter,  ///< persistent and constant: a trained tensor, found by its name
  variable,   ///< persistent, and assigned by runs: what is being trained, and what training remembers
  transient,  ///< made by a node
};

struct Value {
  std::string name;
  ValueType type;
  Role role = Role::transient;
};

struct Node {
  Operator op;
  std::vector<ValueId> operands;
  std::vector<ValueId> results;
};

/// A named result that a run returns.
struct Output {
  std::string name;
  ValueId value;
};

/// After a run the variable holds the value.
struct Assignment {
  ValueId variable;
  ValueId value;
};

/// Nodes stand in execution order by construction: a node's operands exist before it.
class Graph {
 public:
  ValueId add_input(std::string name, ValueType type);
  ValueId add_parameter(std::string name, Shape shape, DType dtype = DType::f32);
  ValueId add_variable(std::string name, Shape shape, DType dtype = DType::f32);
  /// Lets the variable hold `value` from where that is made on. Every variable is assigned at most once,
  /// after its last reader, and a node that reads it and makes its next value must update in place; anything
  /// else is ErrorCode::internal. The value needs no memory of its own: it is made where the variable lies.
  void assign(ValueId variable, ValueId value);
  /// Appends a node and returns its results; shapes are inferred and checked here, once for all executors.
  std::vector<ValueId> add(Operator op, std::vector<ValueId> operands, const std::string& name = {});
  /// The same for an operator of one result.
  ValueId add1(Operator op, std::vector<ValueId> operands, const std::string& name = {}) {
    return add(std::move(op), std::move(operands), name).front();
  }
  void add_output(std::string name, ValueId value);
  /// Takes a name off the outputs; the value stays.
  void remove_output(std::string_view name);

  const std::vector<Value>& values() const { return values_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<Output>& outputs() const { return outputs_; }
  const std::vector<Assignment>& assignments() const { return assignments_; }
  /// The variable that a value lies in: itself, or the one that it is assigned to.
  std::optional<ValueId> home(ValueId value) const;
  const ValueType& type(ValueId value) const { return values_.at(value).type; }
  std::optional<ValueId> find(std::string_view name) const;

 private:
  std::vector<Value> values_;
  std::vector<Node> nodes_;
  std::vector<Output> outputs_;
  std::vector<Assignment> assignments_;
};

/// Trained tensors by name; shared, never changed in place.
using Parameters = std::map<std::string, std::shared_ptr<const Tensor>, std::less<>>;

/// Checks that every parameter of the graph is there with its shape and type; ErrorCode::format otherwise.
void check_parameters(const Graph& graph, const Parameters& parameters, const std::string& model_name);

}  // namespace terramask
