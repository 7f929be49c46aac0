// Where roads meet.
#pragma once

#include <vector>

#include "geo/base/polygons.hpp"
#include "vectorize/line_graph.hpp"

namespace terramask::vectors {

/// A place for each node. Junctions lie where the roads that meet there would meet if they went on straight:
/// nearest to the lines through each road's middle just outside of the junction (least squares). The skeleton
/// itself bends towards a side road, and has one junction too many where two roads cross. What moves by no
/// more than the junction's radius counts; ends stay where they are.
/// @param across,down  a pixel's sides
std::vector<geo::Point> place_junctions(const LineGraph& graph, double across, double down);

}  // namespace terramask::vectors
