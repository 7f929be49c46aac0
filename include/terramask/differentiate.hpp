// Reverse-mode differentiation of graphs: gradients are ordinary nodes.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "terramask/graph.hpp"

namespace terramask {

/// The argument of an operator's `differentiate`: one node, the gradients by its results, and the graph to
/// which it appends the nodes of the gradients by its operands.
class Backward {
 public:
  Backward(Graph& graph, NodeId node, std::vector<bool> wanted, std::vector<std::optional<ValueId>> upstream);

  std::size_t operands() const { return operands_.size(); }
  ValueId operand(std::size_t i) const { return operands_.at(i); }
  ValueId result(std::size_t i = 0) const { return results_.at(i); }
  const ValueType& type(ValueId value) const { return graph_.type(value); }
  /// Whether the gradient with respect to an operand is required.
  bool wants(std::size_t operand) const { return wanted_.at(operand); }
  /// The gradient by a result. Empty for a result that does not reach the loss, and for the loss itself,
  /// whose gradient is 1.
  std::optional<ValueId> upstream(std::size_t result = 0) const { return upstream_.at(result); }
  /// The same for a result that must have a gradient.
  ValueId gradient(std::size_t result = 0) const { return upstream_.at(result).value(); }

  /// Appends a node; `what` ("dx") distinguishes it from the node's others.
  std::vector<ValueId> add(Operator op, std::vector<ValueId> operands, std::string_view what);
  ValueId add1(Operator op, std::vector<ValueId> operands, std::string_view what) {
    return add(std::move(op), std::move(operands), what).front();
  }
  /// The gradient by an operand; it must have the operand's type.
  void give(std::size_t operand, ValueId gradient);

  const std::vector<std::optional<ValueId>>& given() const { return given_; }

 private:
  Graph& graph_;
  std::string name_;
  std::vector<ValueId> operands_, results_;
  std::vector<bool> wanted_;
  std::vector<std::optional<ValueId>> upstream_, given_;
};

/// Appends to the graph what computes the gradients of the sum of `losses` (element 0 of each loss operator's
/// result) by each of `wanted`, and returns them by value; a value that no loss depends on is missing.
/// Gradients of a value with several readers are summed in the order of the readers, the last first. Errors:
/// unsupported where an operator on the way has no gradient.
std::map<ValueId, ValueId> differentiate(Graph& graph, std::span<const ValueId> losses,
                                         std::span<const ValueId> wanted);
inline std::map<ValueId, ValueId> differentiate(Graph& graph, ValueId loss, std::span<const ValueId> wanted) {
  return differentiate(graph, std::span(&loss, 1), wanted);
}

}  // namespace terramask
