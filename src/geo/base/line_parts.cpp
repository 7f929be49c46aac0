#include "geo/base/line_parts.hpp"

#include <algorithm>
#include <functional>

namespace terramask::geo {
namespace {

/// The runs of edges for which `keep` (given the edge's first point) is true.
void add_runs(const OGRLineString& line, const std::function<bool(int)>& keep, OGRMultiLineString& runs) {
  const int edges = line.getNumPoints() - 1;
  for (int begin = 0; begin < edges;) {
    int end = begin;
    while (end < edges && keep(end)) ++end;
    if (end > begin) {
      auto run = std::make_unique<OGRLineString>();
      run->addSubLineString(&line, begin, end);
      runs.addGeometryDirectly(run.release());
    }
    begin = std::max(end, begin + 1);
  }
}

void add_near(const OGRGeometry& geometry, const std::array<double, 4>& box, OGRGeometryCollection& near) {
  const auto type = wkbFlatten(geometry.getGeometryType());
  if (OGR_GT_IsSubClassOf(type, wkbGeometryCollection) != 0 && type != wkbMultiPolygon &&
      type != wkbMultiPoint) {
    for (const OGRGeometry* part : *geometry.toGeometryCollection()) add_near(*part, box, near);
  } else if (type == wkbLineString) {
    const OGRLineString& line = *geometry.toLineString();
    const auto meets = [&](int i) {
      const double ax = line.getX(i), bx = line.getX(i + 1);
      const double ay = line.getY(i), by = line.getY(i + 1);
      return std::min(ax, bx) <= box[2] && std::max(ax, bx) >= box[0] && std::min(ay, by) <= box[3] &&
             std::max(ay, by) >= box[1];
    };
    OGRMultiLineString runs;
    add_runs(line, meets, runs);
    for (const OGRLineString* run : runs) near.addGeometry(run);
  } else {
    near.addGeometry(&geometry);
  }
}

}  // namespace

std::unique_ptr<OGRGeometry> without_edges(const OGRGeometry& geometry,
                                           std::span<const std::uint32_t> after) {
  if (after.empty() || wkbFlatten(geometry.getGeometryType()) != wkbLineString)
    return std::unique_ptr<OGRGeometry>(geometry.clone());
  auto runs = std::make_unique<OGRMultiLineString>();
  const auto keep = [after](int i) {
    return !std::binary_search(after.begin(), after.end(), static_cast<std::uint32_t>(i));
  };
  add_runs(*geometry.toLineString(), keep, *runs);
  return runs;
}

std::unique_ptr<OGRGeometry> edges_near(const OGRGeometry& geometry, const std::array<double, 4>& box) {
  auto near = std::make_unique<OGRGeometryCollection>();
  add_near(geometry, box, *near);
  return near;
}

}  // namespace terramask::geo
