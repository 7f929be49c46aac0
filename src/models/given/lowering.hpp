// From a given node to nodes of a graph: one rule an operator, from the opset that it holds from.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/given/attributes.hpp"
#include "terramask/graph.hpp"

namespace terramask::given {

/// What a name stands for while a graph is built.
using Known = std::variant<ValueId, Constant>;

/// A node that is being translated.
class Lowering {
 public:
  Lowering(const GivenNetwork& network, const GivenNode& node, Graph& graph,
           std::map<std::string, Known, std::less<>>& known)
      : network_(network), node_(node), graph_(graph), known_(known) {}

  const GivenNode& node() const { return node_; }
  std::int64_t opset() const { return network_.opset; }
  Graph& graph() { return graph_; }

  bool has(std::size_t index) const { return index < node_.inputs.size() && !node_.inputs[index].empty(); }
  /// Input `index` as an image N × C × H × W that the network computes.
  ValueId image(std::size_t index) { return computed(index, DType::f32); }
  /// Input `index` as the positions that a pool has found.
  ValueId indices(std::size_t index) { return computed(index, DType::i32); }
  /// Input `index` as a trained tensor, of `rank` axes.
  ValueId weight(std::size_t index, std::size_t rank);
  /// Input `index`, known before the network runs.
  const Constant& constant(std::size_t index) const;
  const Shape& shape(ValueId value) const { return graph_.type(value).shape; }

  /// Name of the node's first output, for the value that it makes.
  const std::string& result() const { return node_.outputs.front(); }
  ValueId add(Operator op, std::vector<ValueId> operands, const std::string& name) {
    return graph_.add1(std::move(op), std::move(operands), name);
  }
  void set(std::size_t output, Known value) {
    if (output < node_.outputs.size() && !node_.outputs[output].empty())
      known_.insert_or_assign(node_.outputs[output], std::move(value));
  }

  /// Throws ErrorCode::unsupported: "node conv1 (Conv, opset 17): CAUSE; REMEDY".
  [[noreturn]] void refuse(const std::string& cause, const std::string& remedy) const;
  /// Throws ErrorCode::format.
  [[noreturn]] void fail(const std::string& cause) const;

  /// Two numbers, of rows and columns, or the same for both.
  Extent2 pair(std::string_view attribute, std::int64_t otherwise) const;

 private:
  ValueId computed(std::size_t index, DType type);

  const GivenNetwork& network_;
  const GivenNode& node_;
  Graph& graph_;
  std::map<std::string, Known, std::less<>>& known_;
};

struct Rule {
  std::string_view op;
  std::int64_t since;
  void (*lower)(Lowering& at);
  /// Inputs that must be known before the network runs, one bit each.
  std::uint32_t host_inputs = 0;
};

/// The rule that holds for the operator at an opset; null if there is none.
const Rule* find_rule(std::string_view op, std::int64_t opset);

/// Rules of convolutions, of pools, and of what changes the size of images; element by element.
std::span<const Rule> convolution_rules();
std::span<const Rule> image_rules();
std::span<const Rule> elementwise_rules();

/// "node conv1 (Conv, opset 17)"
std::string describe(const GivenNode& node, std::int64_t opset);

}  // namespace terramask::given
