// Lines between ends and junctions, from a skeleton.
#pragma once

#include <cstdint>
#include <vector>

#include "geo/base/polygons.hpp"
#include "vectorize/skeleton.hpp"

namespace terramask::vectors {

/// Pixels are joined to their four neighbours, and diagonally where that is no short cut; a node is a pixel
/// with other than two neighbours, an edge the pixels between two nodes.
class LineGraph {
 public:
  struct Node {
    std::uint32_t pixel = 0;           ///< of the skeleton
    geo::Point at;                     ///< in pixels: 0.5, 0.5 is the centre of the first one
    double radius = 0;                 ///< of the widest circle around it, in the unit of the pixel's sides
    std::vector<std::uint32_t> edges;  ///< a loop stands twice
  };
  struct Edge {
    std::uint32_t from = 0, to = 0;
    std::vector<std::uint32_t> pixels;  ///< of the skeleton, without its nodes'
    bool gone = false;
  };

  /// @param across,down  a pixel's sides
  LineGraph(const Skeleton& skeleton, double across, double down);

  /// Makes one node of junctions that lie in each other: where the edge between two is no longer than the
  /// line is wide there on one side.
  void join_junctions();
  /// Takes away what the outline's roughness made: an edge with a free end that sticks out of the line it
  /// leaves by less than its own width or a corner of that, and a line alone that is not twice as long as it
  /// is wide.
  /// @return how many went
  std::size_t prune();

  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<Edge>& edges() const { return edges_; }
  /// The middle of what the skeleton's pixel lies in.
  geo::Point middle(std::uint32_t pixel) const;
  double length(const Edge& edge) const;

 private:
  std::vector<std::uint32_t> neighbours(std::uint32_t pixel) const;
  void trace(std::uint32_t pixel, std::uint32_t next);
  std::uint32_t node_at(std::uint32_t pixel);
  void detach(std::uint32_t edge);
  void join_through(std::uint32_t node);
  bool sticks_out_too_little(const Edge& edge, std::uint32_t leaf, std::uint32_t base) const;
  bool is_a_blot(const Edge& edge) const;
  double distance(geo::Point a, geo::Point b) const;

  const Skeleton& skeleton_;
  double across_, down_;
  std::vector<Node> nodes_;
  std::vector<Edge> edges_;
  std::vector<std::int32_t> rows_;      ///< of the skeleton's pixels
  std::vector<std::uint32_t> node_of_;  ///< of its pixels, while tracing
  std::vector<bool> traced_;
};

}  // namespace terramask::vectors
