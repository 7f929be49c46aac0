#include "geo/base/surroundings.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "geo/base/crs.hpp"
#include "geo/base/gdal_support.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

constexpr int kSteps = 32;
constexpr double kSlack = 1.0 / 16;  // of the box: it bulges between the sampled points
constexpr double kWholeReach = 1 - 1.0 / kSteps;
constexpr double kReachDegrees = 10, kReachMetres = 1e6;
constexpr double kSeamReach = 1.0 / 36;  // of the period
constexpr double kMostTurns = 4, kTouching = 1e-9;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

Box box_of(const OGREnvelope& e) {
  return {e.MinX, e.MinY, e.MaxX, e.MaxY};
}

/// Points of a lattice over a box, row by row.
void lattice(const Box& box, std::vector<double>& x, std::vector<double>& y) {
  for (int j = 0; j <= kSteps; ++j)
    for (int i = 0; i <= kSteps; ++i) {
      x.push_back(box.left + (box.right - box.left) * i / kSteps);
      y.push_back(box.low + (box.high - box.low) * j / kSteps);
    }
}

/// Makes x of a lattice continuous: each point moves to the turn of its neighbour.
void unroll_lattice(std::vector<double>& x, double period) {
  double first = kNone;
  for (std::size_t row = 0; row <= kSteps; ++row) {
    double last = first;
    bool begun = false;
    for (std::size_t i = row * (kSteps + 1); i < (row + 1) * (kSteps + 1); ++i) {
      if (!std::isfinite(x[i])) continue;
      if (std::isfinite(last)) x[i] -= period * std::round((x[i] - last) / period);
      last = x[i];
      if (!begun) first = x[i];
      begun = true;
    }
  }
}

std::optional<Box> box_around(const std::vector<double>& x, const std::vector<double>& y) {
  std::optional<Box> box;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i]) || !std::isfinite(y[i])) continue;
    if (!box) box = Box{x[i], y[i], x[i], y[i]};
    *box = {std::min(box->left, x[i]), std::min(box->low, y[i]), std::max(box->right, x[i]),
            std::max(box->high, y[i])};
  }
  return box;
}

double central_meridian(const std::string& wkt) {
  OGRSpatialReference crs;
  const GdalErrors quiet;
  if (crs.importFromWkt(wkt.c_str()) != OGRERR_NONE || crs.IsProjected() == 0) return 0;
  return crs.GetNormProjParm(SRS_PP_CENTRAL_MERIDIAN, 0);
}

/// Ten degrees, or 1000 km, in units of a CRS.
double long_way(const std::string& wkt) {
  OGRSpatialReference crs;
  const GdalErrors quiet;
  if (wkt.empty() || crs.importFromWkt(wkt.c_str()) != OGRERR_NONE) return kReachMetres;
  if (crs.IsGeographic() != 0) return kReachDegrees * std::numbers::pi / 180 / crs.GetAngularUnits(nullptr);
  return kReachMetres / crs.GetLinearUnits();
}

std::vector<Point> points_of(const OGRSimpleCurve& line, double shift) {
  std::vector<Point> points;
  points.reserve(static_cast<std::size_t>(line.getNumPoints()));
  for (int i = 0; i < line.getNumPoints(); ++i) points.push_back({line.getX(i) + shift, line.getY(i)});
  return points;
}

void set_points(OGRSimpleCurve& line, const std::vector<Point>& points) {
  line.setNumPoints(static_cast<int>(points.size()), FALSE);
  for (std::size_t i = 0; i < points.size(); ++i)
    line.setPoint(static_cast<int>(i), points[i].x, points[i].y);
}

/// Adds one part of a geometry, shifted along x and clipped to a box.
void add_part(const OGRGeometry& part, double shift, const std::optional<Box>& box,
              OGRGeometryCollection& to) {
  const auto type = wkbFlatten(part.getGeometryType());
  if (type == wkbPoint) {
    const Point p{part.toPoint()->getX() + shift, part.toPoint()->getY()};
    if (!box || box->holds(p)) to.addGeometryDirectly(new OGRPoint(p.x, p.y));
  } else if (type == wkbLineString) {
    const std::vector<Point> line = points_of(*part.toLineString(), shift);
    for (const auto& run : box ? clip_line(line, *box) : std::vector<std::vector<Point>>{line}) {
      auto cut = std::make_unique<OGRLineString>();
      set_points(*cut, run);
      to.addGeometryDirectly(cut.release());
    }
  } else if (type == wkbPolygon) {
    auto polygon = std::make_unique<OGRPolygon>();
    for (const OGRLinearRing* ring : *part.toPolygon()) {
      std::vector<Point> points = points_of(*ring, shift);
      if (box) points = clip_ring(std::move(points), *box);
      if (points.size() < 3) continue;
      auto cut = std::make_unique<OGRLinearRing>();
      set_points(*cut, points);
      cut->closeRings();
      polygon->addRingDirectly(cut.release());
    }
    if (!polygon->IsEmpty()) to.addGeometryDirectly(polygon.release());
  }
}

template <typename F>
void for_each_part(const OGRGeometry& geometry, const F& use) {
  if (OGR_GT_IsSubClassOf(wkbFlatten(geometry.getGeometryType()), wkbGeometryCollection) != 0) {
    for (const OGRGeometry* part : *geometry.toGeometryCollection()) for_each_part(*part, use);
  } else if (!geometry.IsEmpty()) {
    use(geometry);
  }
}

/// The turns in which a box intersects another, as multiples of the period.
std::vector<double> turns_to(const Box& place, const Box& box, double period) {
  if (period == 0) return place.meets(box) ? std::vector{0.0} : std::vector<double>{};
  std::vector<double> turns;
  const double first = std::max(-kMostTurns, std::ceil((place.left - box.right) / period));
  const double last = std::min(kMostTurns, std::floor((place.right - box.left) / period));
  if (box.low > place.high || box.high < place.low) return turns;
  for (double turn = first; turn <= last; ++turn) {
    // A box that only touches the other counts in its own turn.
    const double common =
        std::min(place.right, box.right + turn * period) - std::max(place.left, box.left + turn * period);
    if (turn == 0 || common > kTouching * period || box.right == box.left) turns.push_back(turn);
  }
  return turns;
}

/// The area of polygons; for degrees, on a sphere (Lambert's cylindrical projection is equal-area).
double area_of(const OGRGeometry& geometry, const Wrap& wrap) {
  const auto y_of = [&](double y) {
    const double quarter = std::numbers::pi / 2;
    return wrap.pole > 0 ? std::sin(std::clamp(y / wrap.pole, -1.0, 1.0) * quarter) : y;
  };
  double area = 0;
  for_each_part(geometry, [&](const OGRGeometry& part) {
    if (wkbFlatten(part.getGeometryType()) != wkbPolygon) return;
    bool outer = true;
    for (const OGRLinearRing* ring : *part.toPolygon()) {
      double twice = 0;
      for (int i = 1; i < ring->getNumPoints(); ++i)
        twice += (ring->getX(i) - ring->getX(i - 1)) * (y_of(ring->getY(i)) + y_of(ring->getY(i - 1)));
      area += (outer ? 1 : -1) * std::abs(twice) / 2;
      outer = false;
    }
  });
  return area;
}

}  // namespace

Surroundings::Surroundings(const std::string& crs, const Grid& grid, double margin_m) {
  const std::string& own = crs.empty() ? grid.crs : crs;
  identity_ = grid.crs.empty() || same_crs(own, grid.crs);
  wrap_ = wrap_of(own);
  double columns = 1, rows = 1;
  if (const auto pixel = ground_pixel_size(grid)) {
    columns += margin_m / pixel->x;
    rows += margin_m / pixel->y;
  }
  find_box(grid, own,
           Box{0, 0, static_cast<double>(grid.width), static_cast<double>(grid.height)}.grown(columns, rows));
  if (box_) find_reach(grid, own);
}

void Surroundings::find_box(const Grid& grid, const std::string& crs, const Box& pixels) {
  std::vector<double> x, y;
  lattice(pixels, x, y);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto world = grid.to_world(x[i], y[i]);
    x[i] = world[0];
    y[i] = world[1];
  }
  if (!identity_) {
    CrsTransform(grid.crs, crs).apply(x, y);
    if (wrap_.period > 0) unroll_lattice(x, wrap_.period);
  }
  box_ = box_around(x, y);
  if (!box_) return;
  if (!identity_) box_ = box_->grown(kSlack * (box_->right - box_->left), kSlack * (box_->high - box_->low));
  if (wrap_.period > 0) take_whole_turn(grid, crs, pixels);
}

/// For a box around a pole or all around the Earth, takes one full turn, cut at the seam of the grid's own
/// CRS.
void Surroundings::take_whole_turn(const Grid& grid, const std::string& crs, const Box& pixels) {
  bool around_a_pole = false;
  if (!identity_ && wrap_.pole > 0) {
    const CrsTransform back(crs, grid.crs);
    for (const double pole : {-wrap_.pole, wrap_.pole}) {
      double x = wrap_.centre, y = pole;
      back.apply(std::span(&x, 1), std::span(&y, 1));
      const auto pixel = grid.to_pixel(x, y);
      if (!std::isfinite(x) || !pixels.holds(Point{pixel[0], pixel[1]})) continue;
      around_a_pole = true;
      (pole < 0 ? box_->low : box_->high) = pole;
    }
    box_->low = std::max(box_->low, -wrap_.pole);
    box_->high = std::min(box_->high, wrap_.pole);
  }
  const double span = box_->right - box_->left;
  double middle = (box_->left + box_->right) / 2;
  if (!around_a_pole && span < wrap_.period * (identity_ ? 1 : kWholeReach)) return;
  if (around_a_pole || (!identity_ && span > wrap_.period * (1 + 3 * kSlack)))
    middle = wrap_.pole > 0 ? central_meridian(grid.crs) : wrap_.centre;
  else if (std::abs(middle - wrap_.centre) < kSlack * wrap_.period)
    middle = wrap_.centre;
  box_->left = middle - wrap_.period / 2;
  box_->right = middle + wrap_.period / 2;
}

/// A wide margin around the box, if all of it can be transformed to the grid's CRS and back.
void Surroundings::find_reach(const Grid& grid, const std::string& crs) {
  reach_ = box_;
  const double way = long_way(crs);
  Box wide = box_->grown(way, way);
  if (identity_) {
    reach_ = wide;
    return;
  }
  if (wrap_.pole > 0) {
    wide.low = std::max(wide.low, std::min(box_->low, -wrap_.pole * 0.99));
    wide.high = std::min(wide.high, std::max(box_->high, wrap_.pole * 0.99));
  }
  if (wrap_.period > 0 && wide.right - wide.left > wrap_.period * kWholeReach) return;
  std::vector<double> x, y;
  lattice(wide, x, y);
  std::vector<double> to_x = x, to_y = y;
  CrsTransform(crs, grid.crs).apply(to_x, to_y);
  CrsTransform(grid.crs, crs).apply(to_x, to_y);
  for (std::size_t i = 0; i < x.size(); ++i) {
    double dx = to_x[i] - x[i];
    if (wrap_.period > 0) dx -= wrap_.period * std::round(dx / wrap_.period);
    if (!(std::abs(dx) + std::abs(to_y[i] - y[i]) < 1e-6 * way)) return;
  }
  reach_ = wide;
}

bool Surroundings::across_the_seam() const {
  return near_the_seam(0);
}

bool Surroundings::near_the_seam() const {
  return near_the_seam(kSeamReach * wrap_.period);
}

bool Surroundings::near_the_seam(double distance) const {
  if (!box_ || wrap_.period == 0) return false;
  const double half = wrap_.period / 2 - distance;
  return box_->left < wrap_.centre - half || box_->right > wrap_.centre + half;
}

bool Surroundings::may_be_around_a_pole(const Box& box) const {
  constexpr double kAround = 0.75;  // of the period: a ring of few points does not reach both ends
  return wrap_.period > 0 && box.right - box.left > kAround * wrap_.period;
}

bool Surroundings::meets(const Box& box) const {
  if (!box_) return true;
  if (may_be_around_a_pole(box)) return true;
  // A box this wide may be that of an uncut shape across the seam.
  if (wrap_.period > 0 && box.right - box.left > wrap_.period / 2)
    return box.low <= box_->high && box.high >= box_->low;
  return !turns_to(*box_, box, wrap_.period).empty();
}

std::unique_ptr<OGRGeometry> Surroundings::bring(const OGRGeometry& geometry, Cut cut) const {
  const bool may_cut = !identity_ || cut == Cut::close;
  if (!box_ || geometry.IsEmpty() || (!may_cut && wrap_.period == 0)) return nullptr;
  OGREnvelope envelope;
  geometry.getEnvelope(&envelope);
  std::unique_ptr<OGRGeometry> smooth;
  if (wrap_.period > 0 && envelope.MaxX - envelope.MinX > wrap_.period / 2) {
    smooth.reset(geometry.clone());
    if (unroll(*smooth, wrap_))
      smooth->getEnvelope(&envelope);
    else
      smooth.reset();
  }
  const Box& reach = may_cut ? *reach_ : *box_;
  const std::vector<double> turns = turns_to(reach, box_of(envelope), wrap_.period);
  const bool here = turns.empty() ? !may_cut : turns.size() == 1 && turns.front() == 0;
  if (here && (!may_cut || reach.holds(box_of(envelope)))) return smooth;
  const std::optional<Box> edges = !may_cut ? std::nullopt : cut == Cut::close ? box_ : reach_;
  const Box& place = edges ? *edges : *box_;
  auto parts = std::make_unique<OGRGeometryCollection>();
  for_each_part(smooth ? *smooth : geometry, [&](const OGRGeometry& part) {
    OGREnvelope own;
    part.getEnvelope(&own);
    for (const double turn : turns_to(place, box_of(own), wrap_.period))
      add_part(part, turn * wrap_.period, edges, *parts);
  });
  return parts;
}

double Surroundings::share(const OGRGeometry& brought, const OGRGeometry& geometry) const {
  const std::unique_ptr<OGRGeometry> whole(geometry.clone());
  (void)unroll(*whole, wrap_);
  const double all = area_of(*whole, wrap_), kept = area_of(brought, wrap_);
  // A difference within rounding means that nothing was cut.
  return all > 0 && kept < all * (1 - 1e-9) ? kept / all : 1;
}

}  // namespace terramask::geo
