// Carriageways with their markings, pavements, verges, bridges; and the paved ground beside them.
#include <algorithm>
#include <limits>
#include <numbers>

#include "scene/noise.hpp"
#include "scene/surface.hpp"

namespace terramask::scene {
namespace {

constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
constexpr double kPavement = 2.0;

/// Where a sample lies on the road that is on top there.
struct Hit {
  std::size_t road = none;
  float margin = -1e9F;  ///< metres inside the carriageway's edge, negative outside
  float along = 0;       ///< metres from the road's beginning
  float side = 0;        ///< metres left of its centre line
};

bool above(const Road& road, const Hit& hit, const Hit& best, const Road& best_road) {
  const bool inside = hit.margin >= 0, best_inside = best.margin >= 0;
  if (inside != best_inside) return inside;
  if (inside && hit.road != best.road && road.kind != best_road.kind) return road.kind < best_road.kind;
  return hit.margin > best.margin;
}

std::vector<Hit> find_hits(const Town& town, Surface& surface) {
  std::vector<Hit> hits(surface.size());
  constexpr double reach = 5 + kPavement + 0.5;
  for (const std::size_t number : town.segment_index.query(surface.grid().box().grown(reach))) {
    const RoadSegment& segment = town.segments[number];
    const Road& road = town.roads[segment.road];
    const Point a = road.line[segment.point], b = road.line[segment.point + 1];
    const Point along = b - a;
    const double size = length(along);
    surface.paint(bounds({a, b}).grown(road.width / 2 + kPavement + 0.5),
                  [&](Sample&, Point at, std::size_t index) {
                    const Nearest nearest = nearest_on_segment(a, b, at);
                    const double margin = road.width / 2 - nearest.distance;
                    if (margin < -kPavement - 0.5) return;
                    const double cross = along.x * (at.y - a.y) - along.y * (at.x - a.x);
                    const Hit hit{segment.road, static_cast<float>(margin),
                                  static_cast<float>(segment.start + nearest.along * size),
                                  static_cast<float>(cross < 0 ? -nearest.distance : nearest.distance)};
                    Hit& best = hits[index];
                    if (best.road == none || above(road, hit, best, town.roads[best.road])) best = hit;
                  });
  }
  return hits;
}

class Paver {
 public:
  explicit Paver(std::uint64_t seed) : seed_(seed + 131) {}

  double grain(Point at, double strength) const {
    return 1 +
           strength * (noise(seed_, at.x / 0.6, at.y / 0.6) + 0.6 * noise(seed_ + 1, at.x / 0.3, at.y / 0.3));
  }

  Colour asphalt(Point at, std::uint64_t street) const {
    const double age = unit(hash(street, 1));
    Colour colour = blend({0.062F, 0.063F, 0.068F}, {0.178F, 0.172F, 0.160F}, 0.1 + 0.8 * age);
    const double worn = fbm(seed_ + 2, at.x / 8, at.y / 8, 3);
    const double repaired = noise(seed_ + 3, at.x / 6, at.y / 3.5);
    if (repaired > 0.62) colour = colour * (unit(hash(street, 2)) < 0.5 ? 0.72 : 1.2);
    return colour * ((1 + 0.12 * worn) * grain(at, 0.05));
  }

  Colour slabs(Point at) const {
    return Colour{0.215F, 0.206F, 0.192F} *
           ((1 + 0.14 * fbm(seed_ + 4, at.x / 6, at.y / 6, 2)) * grain(at, 0.06));
  }

  void carriageway(Sample& sample, Point at, const Road& road, const Hit& hit, double total) const {
    const std::uint64_t street =
        hash(seed_, std::lround(road.width * 10), static_cast<std::int64_t>(road.name.size()),
             road.name.empty() ? 0 : static_cast<unsigned char>(road.name.front()));
    sample.cover = Cover::road;
    sample.height = sample.ground;
    if (road.kind == RoadKind::track) {
      const double green = noise(seed_ + 5, at.x / 1.5, at.y / 1.5) - 4 * std::abs(hit.side) + 0.9;
      sample.colour = Colour{0.235F, 0.195F, 0.145F} *
                      ((1 + 0.15 * fbm(seed_ + 6, at.x / 5, at.y / 5, 2)) * grain(at, 0.09));
      if (green > 0) sample.colour = blend(sample.colour, {0.085F, 0.100F, 0.045F}, std::min(1.0, 2 * green));
      return;
    }
    Colour colour = asphalt(at, street);
    if (road.kind == RoadKind::primary && road.bridge) colour = blend(colour, {0.24F, 0.235F, 0.225F}, 0.5);
    // Wheels polish two tracks a lane; oil darkens the middle.
    const double lane = std::abs(std::abs(hit.side) - road.width / 4);
    colour = colour * (1 + 0.06 * std::cos(2 * std::numbers::pi * lane / 1.6));
    if (road.pavements && hit.margin < 0.22F && !road.bridge) colour = {0.30F, 0.29F, 0.275F};
    if (marked(road, hit, total))
      colour = blend(colour, {0.62F, 0.61F, 0.58F}, 0.75 + 0.25 * noise(seed_ + 7, at.x, at.y));
    sample.colour = colour;
    if (road.bridge) {
      const double deck = lerp(road.start_height, road.end_height, hit.along / std::max(total, 1.0));
      sample.height = std::max(sample.ground, static_cast<float>(deck));
      if (hit.margin < 0.45F) {
        sample.colour = {0.36F, 0.35F, 0.33F};
        sample.height += 0.9F;
      }
    }
  }

  void beside(Sample& sample, Point at, const Road& road, const Hit& hit) const {
    if (sample.cover == Cover::water) return;
    if (road.pavements && hit.margin > -kPavement) {
      sample.cover = Cover::bare;
      sample.height = sample.ground + 0.08F;
      sample.colour = hit.margin > -0.15F ? Colour{0.32F, 0.31F, 0.29F} : slabs(at);
    } else if (!road.pavements && hit.margin > -1.1F + 0.7 * noise(seed_ + 8, at.x / 1.7, at.y / 1.7)) {
      const bool stony = noise(seed_ + 9, at.x / 2, at.y / 2) > -0.1 && road.kind != RoadKind::track;
      sample.cover = stony ? Cover::bare : Cover::low;
      sample.height = sample.ground;
      sample.colour =
          (stony ? Colour{0.215F, 0.190F, 0.150F} : Colour{0.115F, 0.115F, 0.058F}) * grain(at, 0.10);
    }
  }

 private:
  /// Whether a painted line runs here. Junctions are kept free.
  static bool marked(const Road& road, const Hit& hit, double total) {
    if (road.kind > RoadKind::secondary) return false;
    const double end = std::min(static_cast<double>(hit.along), total - hit.along);
    if (road.pavements && total > 50 && !road.bridge && end > 8 && end < 11 && hit.margin > 0.5F)
      return std::fmod(hit.side + 50, 1.0) < 0.5;
    if (end < 8 && !road.bridge) return false;
    if (road.kind == RoadKind::primary && std::abs(hit.margin - 0.42F) < 0.11F) return true;
    return std::abs(hit.side) < 0.11F && std::fmod(hit.along, 9.0F) < 4.5F && end > 14;
  }

  std::uint64_t seed_;
};

}  // namespace

void paint_pads(const Town& town, Surface& surface) {
  const Paver paver(town.layout.seed());
  for (const std::size_t number : town.pad_index.query(surface.grid().box())) {
    const Pad& pad = town.pads[number];
    const double kind = unit(hash(pad.seed, 1));
    surface.paint(pad.shape.box(), [&](Sample& sample, Point at, std::size_t) {
      if (!pad.shape.contains(at)) return;
      const Point local = pad.shape.local(at);
      const double edge =
          std::min(pad.shape.half_length - std::abs(local.x), pad.shape.half_width - std::abs(local.y));
      Colour colour = pad.kind == Pad::Kind::terrace && kind < 0.3
                          ? Colour{0.20F, 0.135F, 0.085F} * paver.grain(at, 0.05)
                      : kind < 0.45 ? paver.slabs(at)
                      : kind < 0.6  ? Colour{0.22F, 0.13F, 0.10F} * paver.grain(at, 0.07)
                                    : paver.asphalt(at, pad.seed);
      if (pad.kind == Pad::Kind::yard) {
        colour = paver.asphalt(at, pad.seed);
        // Parking bays along both long sides.
        const double bay = std::fmod(std::abs(local.x + 500.3), 2.6);
        if (pad.shape.half_width - std::abs(local.y) < 5 && bay < 0.16 && edge > 0.3)
          colour = {0.45F, 0.44F, 0.42F};
      }
      sample.cover = Cover::bare;
      sample.height = sample.ground;
      sample.colour = colour;
    });
  }
}

void paint_roads(const Town& town, Surface& surface) {
  const Paver paver(town.layout.seed());
  const std::vector<Hit> hits = find_hits(town, surface);
  surface.paint(surface.grid().box(), [&](Sample& sample, Point at, std::size_t index) {
    const Hit& hit = hits[index];
    if (hit.road == none) return;
    const Road& road = town.roads[hit.road];
    if (hit.margin < 0) return paver.beside(sample, at, road, hit);
    paver.carriageway(sample, at, road, hit, road.total);
  });
}

}  // namespace terramask::scene
