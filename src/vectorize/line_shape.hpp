// Lines as people draw them, from the pixels of a skeleton.
#pragma once

#include <cstdint>
#include <vector>

#include "geo/base/polygons.hpp"
#include "vectorize/junctions.hpp"
#include "vectorize/line_graph.hpp"

namespace terramask::vectors {

struct CenterLine {
  std::vector<geo::Point> points;           ///< in pixels
  double mean_width = 0, median_width = 0;  ///< in the unit of the pixel's sides
};

class LineShaper {
 public:
  /// @param extent     of the raster, in pixels: no line leaves it
  /// @param tolerance  of the simplification, in the unit of the pixel's sides
  LineShaper(const Skeleton& skeleton, const LineGraph& graph, geo::Point extent, double across, double down,
             double tolerance);

  /// The middles of the cross-sections, smoothed, led on to the road's end where there is one, and simplified
  /// (Douglas and Peucker). Widths are those outside of junctions, where there are any.
  CenterLine shape(const LineGraph::Edge& edge) const;

 private:
  /// A point of the line, and the skeleton's pixel it stands for.
  struct Vertex {
    geo::Point at;
    std::uint32_t pixel;
  };

  bool inside(std::uint32_t node, geo::Point point) const;  ///< a junction
  double distance(geo::Point a, geo::Point b) const;
  void measure(const LineGraph::Edge& edge, CenterLine& line) const;
  geo::Point within(geo::Point point) const;
  /// How far one can go before the raster ends, at most `wanted`.
  double room(geo::Point from, geo::Point on, double wanted) const;
  void finish_end(std::vector<Vertex>& line, double radius, double half_width) const;
  static void smooth(std::vector<Vertex>& line);
  std::vector<geo::Point> simplified(const std::vector<Vertex>& points) const;

  const Skeleton& skeleton_;
  const LineGraph& graph_;
  geo::Point extent_;
  std::vector<geo::Point> places_;  ///< of the nodes
  double across_, down_, tolerance_;
};

}  // namespace terramask::vectors
