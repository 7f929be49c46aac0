// Receptive fields by interval propagation.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "terramask/plan.hpp"

namespace terramask {
namespace {

// Input pixels per pixel of each value, as a fraction in lowest terms.
std::vector<Rate> pitches(const Graph& graph, Axis axis) {
  std::vector<Rate> pitch(graph.values().size(), Rate{1, 1});
  for (const Node& node : graph.nodes()) {
    if (node.operands.empty()) continue;
    const Rate rate = node.op.rate(axis);
    Rate own = pitch[node.operands.front()];
    own = {own.numerator * rate.denominator, own.denominator * rate.numerator};
    const std::int64_t divisor = std::gcd(own.numerator, own.denominator);
    own = {own.numerator / divisor, own.denominator / divisor};
    for (const ValueId operand : node.operands) {
      const Value& value = graph.values()[operand];
      if (value.role == Role::parameter || graph.type(operand).shape.rank() != 4) continue;
      const Rate& other = pitch[operand];
      if (!(other == pitch[node.operands.front()]))
        throw Error(ErrorCode::mismatch,
                    fmt::format("{}: operands of different resolution meet", node.op.name()),
                    "such a network has no finite receptive field on a grid");
    }
    for (const ValueId result : node.results) pitch[result] = own;
  }
  return pitch;
}

// Positions of the input on which output positions [0, extent) depend.
Interval input_interval(const Graph& graph, Axis axis, std::int64_t extent, const std::vector<Rate>& pitch) {
  std::vector<std::optional<Interval>> needed(graph.values().size());
  const auto widen = [&](ValueId value, Interval interval) {
    auto& own = needed[value];
    own = own ? Interval{std::min(own->begin, interval.begin), std::max(own->end, interval.end)} : interval;
  };
  for (const Output& output : graph.outputs()) {
    const Rate& p = pitch[output.value];
    widen(output.value, {0, extent * p.denominator / p.numerator});
  }
  for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node)
    for (const ValueId result : node->results) {
      if (!needed[result]) continue;
      for (std::size_t i = 0; i < node->operands.size(); ++i) {
        const ValueId operand = node->operands[i];
        if (graph.values()[operand].role == Role::parameter) continue;
        widen(operand, node->op.reach(i, axis, *needed[result]));
      }
    }
  Interval all{0, extent};
  for (std::size_t id = 0; id < needed.size(); ++id)
    if (graph.values()[id].role == Role::input && needed[id])
      all = {std::min(all.begin, needed[id]->begin), std::max(all.end, needed[id]->end)};
  return all;
}

}  // namespace

Footprint footprint(const Graph& graph,
                    const std::function<std::int64_t(const Graph&, NodeId)>& layer_alignment) {
  Footprint result;
  for (const Axis axis : {Axis::rows, Axis::columns}) {
    const std::vector<Rate> pitch = pitches(graph, axis);
    // Every value's grid must fall on whole positions under a shift by S: S is a multiple of each numerator.
    for (const Rate& p : pitch) result.stride = std::lcm(result.stride, p.numerator);
    for (std::size_t id = 0; id < graph.nodes().size() && layer_alignment; ++id) {
      const std::int64_t own = layer_alignment(graph, static_cast<NodeId>(id));
      const Rate& p = pitch[graph.nodes()[id].results.front()];
      result.alignment =
          std::lcm(result.alignment, own * p.numerator / std::gcd(own * p.numerator, p.denominator));
    }
  }
  result.alignment = std::lcm(result.alignment, result.stride);
  for (const Axis axis : {Axis::rows, Axis::columns}) {
    const std::vector<Rate> pitch = pitches(graph, axis);
    const Interval need = input_interval(graph, axis, result.stride, pitch);
    result.halo = std::max({result.halo, -need.begin, need.end - result.stride});
  }
  return result;
}

}  // namespace terramask
