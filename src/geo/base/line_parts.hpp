// Parts of lines.
#pragma once

#include <ogr_geometry.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>

namespace terramask::geo {

/// A line without the edges that follow the points `after` (counted from 0); other geometries unchanged.
/// Parts of one point are omitted.
std::unique_ptr<OGRGeometry> without_edges(const OGRGeometry& geometry, std::span<const std::uint32_t> after);

/// The runs of edges of a line (or of a collection's lines) whose boxes intersect `box` (xmin, ymin, xmax,
/// ymax); parts farther away need not be buffered. Other geometries are unchanged.
std::unique_ptr<OGRGeometry> edges_near(const OGRGeometry& geometry, const std::array<double, 4>& box);

}  // namespace terramask::geo
