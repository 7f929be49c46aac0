#include "geo/base/wrap.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "geo/base/crs.hpp"
#include "geo/base/gdal_support.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

constexpr double kNearSeam = 1.0 / 36;  // of the period (10 degrees, as in ogr2ogr's -datelineoffset)
constexpr double kExact = 1e-9;         // of the period

/// x at longitudes 90 degrees west of the central meridian, on it and 90 degrees east of it, at the equator
/// and at 45 degrees north.
std::array<double, 6> across(const OGRSpatialReference& crs, double meridian) {
  std::array<double, 6> x{-90, 0, 90, -90, 0, 90};
  std::array<double, 6> y{0, 0, 0, 45, 45, 45};
  const std::unique_ptr<OGRSpatialReference> geographic(crs.CloneGeogCS());
  if (!geographic) throw Error(ErrorCode::unsupported, "has no place on an ellipsoid");
  const double unit = geographic->GetAngularUnits(nullptr) * 180 / std::numbers::pi;
  for (double& one : x) one = (one + meridian) / unit;
  for (double& one : y) one /= unit;
  CrsTransform(to_wkt(*geographic), to_wkt(crs)).apply(x, y);
  return x;
}

/// How a line or ring crosses the seam.
struct Jumps {
  int near = 0;               ///< edges from near the seam to its other side
  int whole = 0;              ///< of these, edges that span the whole period
  double turns = 0;           ///< their sum, in periods
  double west = 0, east = 0;  ///< of the unrolled line
};

bool jumps(double from, double to, const Wrap& wrap) {
  const double edge = wrap.period / 2 - kNearSeam * wrap.period;
  const double a = from - wrap.centre, b = to - wrap.centre;
  return (a > edge && b < -edge) || (a < -edge && b > edge);
}

Jumps jumps_of(const OGRSimpleCurve& line, const Wrap& wrap) {
  Jumps found;
  found.west = found.east = line.getX(0);
  for (int i = 1; i < line.getNumPoints(); ++i) {
    if (jumps(line.getX(i - 1), line.getX(i), wrap)) {
      ++found.near;
      if (std::abs(line.getX(i) - line.getX(i - 1)) >= wrap.period * (1 - kExact)) ++found.whole;
      found.turns += line.getX(i) < line.getX(i - 1) ? 1 : -1;
    }
    const double x = line.getX(i) + found.turns * wrap.period;
    found.west = std::min(found.west, x);
    found.east = std::max(found.east, x);
  }
  return found;
}

double elongation(double width, double height) {
  const double shorter = std::min(width, height);
  return shorter > 0 ? std::max(width, height) / shorter : HUGE_VAL;
}

/// Whether a ring with jumps is literal, all around the Earth.
bool is_literal(const OGRLinearRing& ring, const Jumps& found, const Wrap& wrap) {
  constexpr int kBoxPoints = 5;
  constexpr double kLikelier = 100;
  OGREnvelope box;
  ring.getEnvelope(&box);
  const double height = box.MaxY - box.MinY, narrow = found.east - found.west;
  // Once around: a coast that is closed along the seam or the pole, or one that is not.
  if (found.turns != 0) return wrap.pole == 0 || (found.whole == found.near && height > 0);
  if (narrow <= kExact * wrap.period) return true;
  // A box drawn by its corners only. The more elongated meaning is less likely, weighted by direction: RFC
  // 7946 requires counterclockwise rings.
  if (ring.getNumPoints() > kBoxPoints) return false;
  const double bias = ring.isClockwise() != 0 ? kLikelier : 1 / kLikelier;
  return elongation(narrow, height) > bias * elongation(box.MaxX - box.MinX, height);
}

void shift_after_jumps(OGRSimpleCurve& line, const Wrap& wrap) {
  double turns = 0, last = line.getX(0);
  for (int i = 1; i < line.getNumPoints(); ++i) {
    const double x = line.getX(i);
    if (jumps(last, x, wrap)) turns += x < last ? 1 : -1;
    last = x;
    line.setPoint(i, x + turns * wrap.period, line.getY(i));
  }
}

/// Closes a ring once around a pole.
void close_by_pole(OGRLinearRing& ring, const Wrap& wrap) {
  double sum = 0;
  for (int i = 0; i < ring.getNumPoints(); ++i) sum += ring.getY(i);
  const double pole = sum > 0 ? wrap.pole : -wrap.pole;
  const double from = ring.getX(ring.getNumPoints() - 1), to = ring.getX(0), y = ring.getY(0);
  ring.addPoint(from, pole);
  ring.addPoint(to, pole);
  ring.addPoint(to, y);
}

void move(OGRLinearRing& ring, double by) {
  for (int i = 0; i < ring.getNumPoints(); ++i) ring.setPoint(i, ring.getX(i) + by, ring.getY(i));
}

/// Moves holes to their polygon.
void follow(OGRLinearRing& hole, const OGREnvelope& outer, const Wrap& wrap) {
  OGREnvelope box;
  hole.getEnvelope(&box);
  const double apart = (outer.MinX + outer.MaxX - box.MinX - box.MaxX) / 2;
  const double turns = std::round(apart / wrap.period);
  for (const double by : {0.0, turns, 1.0, -1.0}) {
    if (box.MinX + by * wrap.period < outer.MinX - kExact * wrap.period ||
        box.MaxX + by * wrap.period > outer.MaxX + kExact * wrap.period)
      continue;
    if (by != 0) move(hole, by * wrap.period);
    return;
  }
}

bool unroll_polygon(OGRPolygon& polygon, const Wrap& wrap) {
  OGRLinearRing* outer = polygon.getExteriorRing();
  if (outer == nullptr || outer->getNumPoints() < 3) return false;
  outer->closeRings();
  const Jumps found = jumps_of(*outer, wrap);
  if (found.near == 0) return false;
  if (is_literal(*outer, found, wrap)) return false;
  shift_after_jumps(*outer, wrap);
  if (found.turns != 0) close_by_pole(*outer, wrap);
  OGREnvelope box;
  outer->getEnvelope(&box);
  for (int i = 0; i < polygon.getNumInteriorRings(); ++i) {
    OGRLinearRing& hole = *polygon.getInteriorRing(i);
    if (hole.getNumPoints() == 0) continue;
    shift_after_jumps(hole, wrap);
    follow(hole, box, wrap);
  }
  return true;
}

}  // namespace

Wrap wrap_of(const std::string& wkt) {
  if (wkt.empty()) return {};
  const GdalErrors quiet;
  OGRSpatialReference crs;
  if (crs.importFromWkt(wkt.c_str()) != OGRERR_NONE) return {};
  if (crs.IsCompound() != 0) crs.StripVertical();
  if (crs.IsGeographic() != 0) {
    const double turn = 2 * std::numbers::pi / crs.GetAngularUnits(nullptr);
    return {turn, 0, turn / 4};
  }
  if (crs.IsProjected() == 0) return {};
  try {
    const double meridian = crs.GetNormProjParm(SRS_PP_CENTRAL_MERIDIAN, 0);
    const std::array<double, 6> x = across(crs, meridian);
    const double quarter = x[2] - x[1];
    const auto same = [quarter](double a, double b) { return std::abs(a - b) <= 1e-9 * quarter; };
    // Meridians are parallel lines at the same distance everywhere.
    if (quarter > 0 && same(x[1] - x[0], quarter) && same(x[3], x[0]) && same(x[4], x[1]) && same(x[5], x[2]))
      return {4 * quarter, x[1], 0};
  } catch (const Error&) {  // not tied to the Earth
  }
  return {};
}

bool unroll(OGRGeometry& geometry, const Wrap& wrap) {
  if (wrap.period == 0 || geometry.IsEmpty()) return false;
  const auto type = wkbFlatten(geometry.getGeometryType());
  bool changed = false;
  if (type == wkbPolygon) return unroll_polygon(*geometry.toPolygon(), wrap);
  if (type == wkbLineString) {
    // Edges from one side of the seam to the other all the way round: the short way would have no length.
    const Jumps found = jumps_of(*geometry.toLineString(), wrap);
    changed = found.near > found.whole;
    if (changed) shift_after_jumps(*geometry.toLineString(), wrap);
  } else if (OGR_GT_IsSubClassOf(type, wkbGeometryCollection) != 0) {
    for (OGRGeometry* part : *geometry.toGeometryCollection()) changed = unroll(*part, wrap) || changed;
  }
  return changed;
}

}  // namespace terramask::geo
