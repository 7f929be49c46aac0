// Receptive fields by interval propagation.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "terramask/plan.hpp"

namespace terramask {
namespace {

// Rounded towards −∞, for divisors > 0.
std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

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

// Positions of each value on which the outputs' positions over the input pixels [begin, end) depend.
std::vector<std::optional<Interval>> needed_intervals(const Graph& graph, Axis axis, Interval output,
                                                      const std::vector<Rate>& pitch) {
  std::vector<std::optional<Interval>> needed(graph.values().size());
  const auto widen = [&](ValueId value, Interval interval) {
    auto& own = needed[value];
    own = own ? Interval{std::min(own->begin, interval.begin), std::max(own->end, interval.end)} : interval;
  };
  for (const Output& made : graph.outputs()) {
    const Rate& p = pitch[made.value];
    widen(made.value, {floor_div(output.begin * p.denominator, p.numerator),
                       -floor_div(-output.end * p.denominator, p.numerator)});
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
  return needed;
}

// The inputs' positions on which output positions [0, extent) depend.
Interval input_interval(const Graph& graph, Axis axis, std::int64_t extent, const std::vector<Rate>& pitch) {
  const auto needed = needed_intervals(graph, axis, {0, extent}, pitch);
  Interval all{0, extent};
  for (std::size_t id = 0; id < needed.size(); ++id)
    if (graph.values()[id].role == Role::input && needed[id])
      all = {std::min(all.begin, needed[id]->begin), std::max(all.end, needed[id]->end)};
  return all;
}

}  // namespace

Footprint footprint(const Graph& graph, const std::function<std::int64_t(const Graph&, NodeId)>& layer_tile) {
  // Where kernels compute pixels together, each seam may cost a tile of theirs: seams stand far apart.
  constexpr std::int64_t apart = 256;
  Footprint result;
  for (const Axis axis : {Axis::rows, Axis::columns})
    // Every value's grid must fall on whole positions under a shift by S: S is a multiple of each numerator.
    for (const Rate& p : pitches(graph, axis)) result.stride = std::lcm(result.stride, p.numerator);
  result.alignment = result.stride;
  for (std::size_t id = 0; id < graph.nodes().size() && layer_tile; ++id)
    if (layer_tile(graph, static_cast<NodeId>(id)) > 1) result.alignment = std::lcm(result.stride, apart);
  for (const Axis axis : {Axis::rows, Axis::columns}) {
    const Interval need = input_interval(graph, axis, result.stride, pitches(graph, axis));
    result.halo = std::max({result.halo, -need.begin, need.end - result.stride});
  }
  return result;
}

std::vector<ImageSeams> find_seams(const Graph& graph, const TileGrid& grid) {
  std::vector<ImageSeams> found(graph.values().size());
  if (grid.alignment == 0) return found;
  for (const Axis axis : {Axis::rows, Axis::columns}) {
    const std::vector<Rate> pitch = pitches(graph, axis);
    const auto needed = needed_intervals(graph, axis, {-grid.margin, grid.alignment + grid.margin}, pitch);
    const std::int64_t origin = axis == Axis::rows ? grid.origin.h : grid.origin.w;
    for (std::size_t id = 0; id < needed.size(); ++id) {
      if (!needed[id]) continue;
      const Rate& p = pitch[id];
      const std::int64_t own = origin * p.denominator / p.numerator;
      Seams& seams = axis == Axis::rows ? found[id].rows : found[id].columns;
      seams.period = grid.alignment * p.denominator / p.numerator;
      seams.first = {needed[id]->begin - own, needed[id]->end - own};
    }
  }
  return found;
}

std::vector<std::int64_t> Seams::cut(std::int64_t extent, std::int64_t tile) const {
  std::vector<std::int64_t> edges;
  for (std::int64_t at = 0; at < extent;) {
    edges.push_back(at);
    std::int64_t next = std::min(at + tile, extent);
    for (const std::int64_t seam : first)
      if (period > 0) next = std::min(next, seam + (floor_div(at - seam, period) + 1) * period);
    at = next;
  }
  edges.push_back(extent);
  return edges;
}

}  // namespace terramask
