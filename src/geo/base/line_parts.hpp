// Parts of lines.
#pragma once

#include <ogr_geometry.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>

namespace terramask::geo {

/// A line without its edges after the points `after` (counted from 0); other geometries as they are. A part
/// of one point is left out.
std::unique_ptr<OGRGeometry> without_edges(const OGRGeometry& geometry, std::span<const std::uint32_t> after);

/// The runs of edges of a line (or of a collection's lines) whose boxes meet `box` (xmin, ymin, xmax, ymax):
/// what lies farther off need not be buffered. Other geometries as they are.
std::unique_ptr<OGRGeometry> edges_near(const OGRGeometry& geometry, const std::array<double, 4>& box);

}  // namespace terramask::geo
