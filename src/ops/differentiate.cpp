#include "terramask/differentiate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ops/operators.hpp"

namespace terramask {

Backward::Backward(Graph& graph, NodeId node, std::vector<bool> wanted,
                   std::vector<std::optional<ValueId>> upstream)
    : graph_(graph), wanted_(std::move(wanted)), upstream_(std::move(upstream)), given_(wanted_.size()) {
  // Copied, since the graph's nodes move when it grows.
  const Node& of = graph.nodes().at(node);
  operands_ = of.operands;
  results_ = of.results;
  name_ = graph.values()[results_.front()].name;
}

std::vector<ValueId> Backward::add(Operator op, std::vector<ValueId> operands, std::string_view what) {
  return graph_.add(std::move(op), std::move(operands), fmt::format("{}·{}", name_, what));
}

void Backward::give(std::size_t operand, ValueId gradient) {
  const ValueType& found = graph_.type(gradient);
  const ValueType& expected = graph_.type(operands_.at(operand));
  if (!(found == expected))
    throw Error(ErrorCode::internal, fmt::format("{}: the gradient by operand {} is {}, expected {}", name_,
                                                 operand, to_string(found.shape), to_string(expected.shape)));
  given_.at(operand) = gradient;
}

std::map<ValueId, ValueId> differentiate(Graph& graph, std::span<const ValueId> losses,
                                         std::span<const ValueId> wanted) {
  const std::size_t forward = graph.nodes().size();
  // Values that depend on a wanted value: only these get gradients.
  std::vector<bool> depends(graph.values().size());
  for (const ValueId value : wanted) depends.at(value) = true;
  std::optional<NodeId> last;
  std::set<NodeId> makers;  // nodes that compute the losses
  for (NodeId node = 0; node < forward; ++node) {
    bool any = false;
    for (const ValueId operand : graph.nodes()[node].operands) any = any || depends[operand];
    for (const ValueId result : graph.nodes()[node].results) {
      if (any) depends[result] = true;
      if (std::ranges::find(losses, result) == losses.end()) continue;
      makers.insert(node);
      last = node;
    }
  }
  if (makers.size() != losses.size() || !last)
    throw Error(ErrorCode::internal, "differentiate: no node makes the loss");

  std::map<ValueId, ValueId> gradients;
  for (NodeId id = *last + 1; id-- > 0;) {
    const Operator op = graph.nodes()[id].op;
    std::vector<bool> asked;
    std::vector<std::optional<ValueId>> upstream;
    bool reached = makers.contains(id), useful = false;
    for (const ValueId result : graph.nodes()[id].results) {
      const auto found = gradients.find(result);
      upstream.push_back(found == gradients.end() ? std::nullopt : std::optional(found->second));
      reached = reached || upstream.back();
    }
    for (const ValueId operand : graph.nodes()[id].operands) {
      asked.push_back(depends[operand]);
      useful = useful || depends[operand];
    }
    if (!reached || !useful) continue;
    Backward backward(graph, id, std::move(asked), std::move(upstream));
    op.differentiate(backward);
    for (std::size_t i = 0; i < backward.operands(); ++i) {
      if (!backward.wants(i) || !backward.given()[i]) continue;
      const auto [entry, first] = gradients.emplace(backward.operand(i), *backward.given()[i]);
      if (!first) entry->second = backward.add1(ops::Add{}, {entry->second, *backward.given()[i]}, "sum");
    }
  }
  std::map<ValueId, ValueId> asked;
  for (const ValueId value : wanted)
    if (const auto found = gradients.find(value); found != gradients.end()) asked.insert(*found);
  return asked;
}

}  // namespace terramask
