// Houses on their parcels, blocks of flats, halls.
#include <algorithm>
#include <numbers>

#include "scene/noise.hpp"
#include "scene/parcels.hpp"
#include "scene/town.hpp"

namespace terramask::scene {
namespace {

/// A rectangle placed in the frame, turned by `turn` against the street's direction.
Rectangle place(const Layout& layout, Point frame, double half_u, double half_v, double turn = 0) {
  const Point centre = layout.ground(frame);
  const Point along = unit_vector(layout.ground(frame + Point{2, 0}) - layout.ground(frame - Point{2, 0}));
  const Point axis = unit_vector(along * std::cos(turn) + left_of(along) * std::sin(turn));
  if (half_u >= half_v) return {centre, axis, half_u, half_v};
  return {centre, left_of(axis), half_v, half_u};  // ridges run along the longer side
}

class Builder {
 public:
  explicit Builder(Town& town) : town_(town), layout_(town.layout) {}

  void block(Block block) {
    const Point centre = layout_.ground(layout_.centre(block));
    if (!town_.matters(around(centre, 120))) return;
    if (layout_.has_gardens(block)) {
      for (const Parcel& parcel : parcels(layout_, block)) house(parcel);
    } else if (layout_.use(block) == LandUse::apartments) {
      flats(block);
    } else if (layout_.use(block) == LandUse::commercial) {
      hall(block);
    }
  }

 private:
  /// Adds a building where there is room for it.
  bool build(std::string kind, std::vector<BuildingPart> parts, Line outline, std::uint64_t seed,
             double gap) {
    const Box box = bounds(outline);
    if (!town_.matters(box)) return false;
    for (const std::size_t other : town_.building_index.query(box.grown(gap)))
      for (const BuildingPart& theirs : town_.buildings[other].parts)
        for (const BuildingPart& ours : parts) {
          Rectangle wide = ours.shape;
          wide.half_length += gap;
          wide.half_width += gap;
          if (overlap(wide, theirs.shape)) return false;
        }
    for (std::size_t i = 0, j = outline.size() - 1; i < outline.size(); j = i++)
      for (const double t : {0.0, 0.5}) {
        const Point at = outline[j] + (outline[i] - outline[j]) * t;
        if (town_.road_distance(at, 8) < 2.4) return false;
        if (layout_.shore_distance(layout_.frame(at)) < 8) return false;
      }
    const double base = town_.ground_height_at(parts.front().shape.centre);
    town_.add_building({std::move(kind), std::move(outline), std::move(parts), base, seed});
    return true;
  }

  bool build_box(std::string kind, const BuildingPart& part, std::uint64_t seed, double gap) {
    return build(std::move(kind), {part}, part.shape.ring(), seed, gap);
  }

  void house(const Parcel& parcel) {
    Rng rng(parcel.seed);
    const double width = parcel.u1 - parcel.u0;
    const double inward = parcel.back > parcel.street ? 1 : -1;
    const double middle = (parcel.u0 + parcel.u1) / 2;
    if (!rng.chance(0.93)) return;
    // A parcel is on a street only where the street was laid.
    if (town_.road_distance(layout_.ground({middle, parcel.street}), 3) > -1) return;
    double half_u = std::min(rng.range(4.8, 7.0), width / 2 - 3.0), half_v = rng.range(4.6, 6.4);
    if (rng.chance(0.3)) std::swap(half_u, half_v);
    const double setback = rng.range(9.5, 13.5);
    const double v = parcel.street + inward * (setback + half_v);
    const double u = middle + rng.range(-0.8, 0.8) + 1.2;
    const double turn = rng.range(-0.03, 0.03);
    BuildingPart body{place(layout_, {u, v}, half_u, half_v, turn), Roof::gable, rng.range(3.6, 6.2),
                      std::tan(rng.range(30, 46) * std::numbers::pi / 180)};
    const double shape = rng.uniform();
    if (shape > 0.62) body.roof = Roof::hip;
    if (shape > 0.80) body.roof = Roof::flat;
    if (shape > 0.93) body.roof = Roof::pent;
    if (body.roof == Roof::hip) body.slope = std::min(body.slope, 0.7);
    if (body.roof == Roof::pent) body.slope = 0.2;
    const bool winged = rng.chance(0.24) && body.roof != Roof::pent;
    const bool built =
        winged ? build_winged(body, rng, parcel.seed) : build_box("house", body, parcel.seed, 2.4);
    if (!built) return;
    garden(parcel, rng, u, inward, setback, half_u, half_v);
  }

  /// An L: a wing on one long side, flush with one end.
  bool build_winged(const BuildingPart& body, Rng& rng, std::uint64_t seed) {
    const double a = body.shape.half_length, b = body.shape.half_width;
    const double reach = rng.range(2.2, 3.6), breadth = std::min(rng.range(4.5, 6.0), 1.6 * b);
    const double side = rng.chance(0.5) ? 1 : -1, end = rng.chance(0.5) ? 1 : -1;
    const auto at = [&](double x, double y) { return body.shape.world({end * x, side * y}); };
    Line outline{at(-a, -b),         at(a, -b), at(a, b + reach), at(a - breadth, b + reach),
                 at(a - breadth, b), at(-a, b)};
    if (end * side < 0) std::reverse(outline.begin(), outline.end());
    BuildingPart wing = body;
    const double wing_half = (b + reach) / 2 + 0.05;
    wing.shape.centre = at(a - breadth / 2, b + reach - wing_half);
    wing.shape.axis = left_of(body.shape.axis);
    wing.shape.half_length = wing_half;
    wing.shape.half_width = breadth / 2;
    if (body.roof == Roof::flat) wing.eave = std::max(3.0, body.eave - 1.5);
    return build("house", {body, wing}, std::move(outline), seed, 2.0);
  }

  void garden(const Parcel& parcel, Rng& rng, double u, double inward, double setback, double half_u,
              double half_v) {
    const double drive = parcel.u0 + 2.1;
    const double half_drive = rng.range(1.3, 1.6);
    const double far = setback + rng.range(1, 5);
    const auto pad = [&](Pad::Kind kind, Point frame, double hu, double hv) {
      const Rectangle shape = place(layout_, frame, hu, hv);
      if (town_.matters(shape.box())) town_.add_pad({kind, shape, rng.next()});
    };
    pad(Pad::Kind::driveway, {drive, parcel.street + inward * (2 + far) / 2}, half_drive, (far - 2) / 2);
    pad(Pad::Kind::driveway, {u, parcel.street + inward * (2 + setback) / 2}, 0.7, (setback - 2) / 2);
    // Draws are statements of their own: in which order a call's arguments are evaluated is up to the
    // compiler.
    if (rng.chance(0.7)) {
      const double half = std::min(half_u, rng.range(2, 4));
      const double along = u + rng.range(-2, 2);
      pad(Pad::Kind::terrace, {along, parcel.street + inward * (setback + 2 * half_v + 1.6)}, half, 1.8);
    }
    const std::uint64_t seed = rng.next();
    if (rng.chance(0.55)) {
      const BuildingPart garage{place(layout_, {drive, parcel.street + inward * (far + 3)}, 1.75, 3.1),
                                rng.chance(0.8) ? Roof::flat : Roof::gable, rng.range(2.75, 3.1), 0.4};
      build_box("garage", garage, seed, 0.15);
    }
    if (rng.chance(0.45)) {
      const double depth = std::abs(parcel.back - parcel.street);
      const double turn = rng.range(-0.1, 0.1), half_depth = rng.range(1.3, 1.7),
                   half_width = rng.range(1.4, 2.2);
      const double from_back = rng.range(3.5, 6);
      const BuildingPart shed{place(layout_, {parcel.u1 - 3.2, parcel.street + inward * (depth - from_back)},
                                    half_width, half_depth, turn),
                              rng.chance(0.5) ? Roof::gable : Roof::pent, 2.75, 0.25};
      build_box("shed", shed, seed + 1, 1);
    }
  }

  void flats(Block block) {
    const Point centre = layout_.centre(block);
    Rng rng(hash(layout_.seed(), 91, std::lround(centre.x), std::lround(centre.y)));
    const double u0 = layout_.columns()[block.column] + 14, u1 = layout_.columns()[block.column + 1] - 14;
    const double v0 = layout_.rows()[block.row] + 13, v1 = layout_.rows()[block.row + 1] - 13;
    const bool pitched = rng.chance(0.45);
    const double eave = 3.0 * (3 + rng.integer(3));
    for (const double v : {v0 + 6, v1 - 6}) {
      double u = u0;
      while (u + 20 < u1) {
        const double half = std::min(rng.range(11, 19), (u1 - u) / 2);
        const BuildingPart bar{place(layout_, {u + half, v}, half, rng.range(5.2, 6.2)),
                               pitched ? (rng.chance(0.5) ? Roof::hip : Roof::gable) : Roof::flat, eave,
                               0.55};
        build_box("apartments", bar, rng.next(), 4);
        u += 2 * half + rng.range(7, 14);
      }
    }
    town_.add_pad({Pad::Kind::yard,
                   place(layout_, {lerp(u0, u1, rng.range(0.3, 0.7)), (v0 + v1) / 2}, 17, 5.5), rng.next()});
  }

  void hall(Block block) {
    const Point centre = layout_.centre(block);
    Rng rng(hash(layout_.seed(), 92, std::lround(centre.x), std::lround(centre.y)));
    const double half_u = (layout_.columns()[block.column + 1] - layout_.columns()[block.column]) / 2 - 12;
    const double half_v = (layout_.rows()[block.row + 1] - layout_.rows()[block.row]) / 2 - 10;
    town_.add_pad({Pad::Kind::yard, place(layout_, centre, half_u, half_v), rng.next()});
    const bool two = rng.chance(0.5);
    const double spread = two ? half_u * 0.52 : 0;
    for (const double side : {-1.0, 1.0}) {
      const double hu = (two ? half_u * 0.40 : half_u * 0.62) * rng.range(0.85, 1.0);
      const double hv = half_v * rng.range(0.45, 0.66);
      const BuildingPart body{place(layout_, centre + Point{side * spread, rng.range(-3, 6)}, hu, hv),
                              rng.chance(0.75) ? Roof::flat : Roof::gable, rng.range(5.5, 9.5), 0.16};
      const std::uint64_t seed = rng.next();
      build_box(rng.chance(0.5) ? "commercial" : "industrial", body, seed, 3);
      if (!two) break;
    }
  }

  Town& town_;
  const Layout& layout_;
};

}  // namespace

void build_houses(Town& town) {
  Builder builder(town);
  for (std::size_t row = 0; row + 1 < town.layout.rows().size(); ++row)
    for (std::size_t column = 0; column + 1 < town.layout.columns().size(); ++column)
      builder.block({column, row});
}

}  // namespace terramask::scene
