#include "vectorize/line_graph.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace terramask::vectors {
namespace {

constexpr std::uint32_t kNone = Skeleton::kNone;
constexpr double kLengthOfALine = 2;  // times its width, at least

}  // namespace

LineGraph::LineGraph(const Skeleton& skeleton, double across, double down)
    : skeleton_(skeleton),
      across_(across),
      down_(down),
      node_of_(skeleton.size(), kNone),
      traced_(skeleton.size()) {
  const auto count = static_cast<std::uint32_t>(skeleton.size());
  rows_.resize(count);
  for (std::uint32_t i = 0; i < count; ++i) rows_[i] = skeleton.row_of(i);
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::vector<std::uint32_t> around = neighbours(i);
    if (around.size() == 2) continue;
    node_at(i);
    for (const std::uint32_t next : around) trace(i, next);
  }
  // What is left are rings: one of their pixels stands for a node.
  for (std::uint32_t i = 0; i < count; ++i)
    if (!traced_[i] && node_of_[i] == kNone) {
      node_at(i);
      trace(i, neighbours(i)[0]);
    }
  node_of_ = {};
  traced_ = {};
}

std::vector<std::uint32_t> LineGraph::neighbours(std::uint32_t pixel) const {
  const std::int32_t x = skeleton_[pixel].x, y = rows_[pixel];
  const std::uint32_t north = skeleton_.find(x, y - 1), east = skeleton_.find(x + 1, y);
  const std::uint32_t south = skeleton_.find(x, y + 1), west = skeleton_.find(x - 1, y);
  std::vector<std::uint32_t> result;
  for (const std::uint32_t one : {north, east, south, west})
    if (one != kNone) result.push_back(one);
  const auto diagonal = [&](std::uint32_t a, std::uint32_t b, std::int32_t dx, std::int32_t dy) {
    if (a != kNone || b != kNone) return;
    const std::uint32_t one = skeleton_.find(x + dx, y + dy);
    if (one != kNone) result.push_back(one);
  };
  diagonal(north, east, 1, -1);
  diagonal(east, south, 1, 1);
  diagonal(south, west, -1, 1);
  diagonal(west, north, -1, -1);
  return result;
}

geo::Point LineGraph::middle(std::uint32_t pixel) const {
  constexpr double units = 256;
  const SkeletonPixel& one = skeleton_[pixel];
  return {one.x + 0.5 + one.middle_x / units, rows_[pixel] + 0.5 + one.middle_y / units};
}

std::uint32_t LineGraph::node_at(std::uint32_t pixel) {
  if (node_of_[pixel] == kNone) {
    node_of_[pixel] = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back({pixel, middle(pixel), skeleton_[pixel].radius, {}});
  }
  return node_of_[pixel];
}

void LineGraph::trace(std::uint32_t pixel, std::uint32_t next) {
  Edge edge;
  edge.from = node_of_[pixel];
  std::uint32_t before = pixel;
  while (next != pixel) {
    const std::vector<std::uint32_t> around = neighbours(next);
    if (around.size() != 2) break;
    if (traced_[next]) return;  // from the other end
    traced_[next] = true;
    edge.pixels.push_back(next);
    const std::uint32_t after = around[0] == before ? around[1] : around[0];
    before = next;
    next = after;
  }
  edge.to = node_at(next);
  // Two nodes side by side would be joined from both of them.
  if (edge.pixels.empty() && next < pixel) return;
  const auto number = static_cast<std::uint32_t>(edges_.size());
  nodes_[edge.from].edges.push_back(number);
  nodes_[edge.to].edges.push_back(number);
  edges_.push_back(std::move(edge));
}

double LineGraph::distance(geo::Point a, geo::Point b) const {
  return std::hypot((a.x - b.x) * across_, (a.y - b.y) * down_);
}

double LineGraph::length(const Edge& edge) const {
  geo::Point before = nodes_[edge.from].at;
  double sum = 0;
  for (const std::uint32_t pixel : edge.pixels) {
    const geo::Point here{skeleton_[pixel].x + 0.5, rows_[pixel] + 0.5};
    sum += distance(before, here);
    before = here;
  }
  return sum + distance(before, nodes_[edge.to].at);
}

void LineGraph::detach(std::uint32_t number) {
  Edge& edge = edges_[number];
  edge.gone = true;
  for (const std::uint32_t end : {edge.from, edge.to}) std::erase(nodes_[end].edges, number);
}

void LineGraph::join_junctions() {
  for (std::uint32_t number = 0; number < edges_.size(); ++number) {
    const Edge& edge = edges_[number];
    if (edge.gone || edge.from == edge.to) continue;
    Node &a = nodes_[edge.from], &b = nodes_[edge.to];
    if (a.edges.size() < 3 || b.edges.size() < 3) continue;
    const double least_pixel = 1.5 * std::max(across_, down_);
    if (length(edge) > std::max({a.radius, b.radius, least_pixel})) continue;
    detach(number);
    a.at = {(a.at.x + b.at.x) / 2, (a.at.y + b.at.y) / 2};
    a.radius = std::max(a.radius, b.radius);
    for (const std::uint32_t other : b.edges) {
      if (edges_[other].from == edge.to) edges_[other].from = edge.from;
      if (edges_[other].to == edge.to) edges_[other].to = edge.from;
      a.edges.push_back(other);
    }
    b.edges.clear();
    // What else led from one to the other is a loop now; one as short is a speck of the outline.
    for (const std::uint32_t other : std::vector<std::uint32_t>(a.edges))
      if (!edges_[other].gone && edges_[other].from == edges_[other].to &&
          length(edges_[other]) <= 4 * least_pixel)
        detach(other);
  }
}

void LineGraph::join_through(std::uint32_t node) {
  if (nodes_[node].edges.size() != 2 || nodes_[node].edges[0] == nodes_[node].edges[1]) return;
  const std::uint32_t first = nodes_[node].edges[0], second = nodes_[node].edges[1];
  Edge joined;
  Edge &a = edges_[first], &b = edges_[second];
  if (a.from == node) {
    std::swap(a.from, a.to);
    std::reverse(a.pixels.begin(), a.pixels.end());
  }
  if (b.to == node) {
    std::swap(b.from, b.to);
    std::reverse(b.pixels.begin(), b.pixels.end());
  }
  a.pixels.insert(a.pixels.end(), b.pixels.begin(), b.pixels.end());
  const std::uint32_t end = b.to;
  b.pixels = {};
  b.gone = true;
  a.to = end;
  nodes_[node].edges.clear();
  std::replace(nodes_[end].edges.begin(), nodes_[end].edges.end(), second, first);
}

bool LineGraph::sticks_out_too_little(const Edge& edge, std::uint32_t leaf, std::uint32_t base) const {
  const double out = length(edge) + nodes_[leaf].radius - nodes_[base].radius;
  // The corner of a square end lies 0.41 radii beyond the circle that touches its sides.
  const double pixel = std::max(across_, down_);
  return out < std::max({2 * nodes_[leaf].radius, 2 * pixel, 0.5 * nodes_[base].radius + pixel});
}

bool LineGraph::is_a_blot(const Edge& edge) const {
  const double radius = std::max(nodes_[edge.from].radius, nodes_[edge.to].radius);
  const double whole = length(edge) + nodes_[edge.from].radius + nodes_[edge.to].radius;
  return edge.from != edge.to && whole < kLengthOfALine * 2 * radius;
}

std::size_t LineGraph::prune() {
  std::size_t pruned = 0;
  for (;;) {
    std::vector<std::uint32_t> spurs;
    for (std::uint32_t number = 0; number < edges_.size(); ++number) {
      const Edge& edge = edges_[number];
      if (edge.gone) continue;
      const std::size_t from = nodes_[edge.from].edges.size(), to = nodes_[edge.to].edges.size();
      const bool spur = (from == 1 && to > 2 && sticks_out_too_little(edge, edge.from, edge.to)) ||
                        (to == 1 && from > 2 && sticks_out_too_little(edge, edge.to, edge.from)) ||
                        (from == 1 && to == 1 && is_a_blot(edge));
      if (spur) spurs.push_back(number);
    }
    // All of a round go together: both corners of a wide road's end, and neither becomes the road.
    for (const std::uint32_t spur : spurs) detach(spur);
    for (std::uint32_t node = 0; node < nodes_.size(); ++node) join_through(node);
    pruned += spurs.size();
    if (spurs.empty()) return pruned;
  }
}

}  // namespace terramask::vectors
