// Lawns, gardens, fields, meadows, the floor of woods and the banks of rivers.
#include <algorithm>
#include <numbers>

#include "scene/noise.hpp"
#include "scene/parcels.hpp"
#include "scene/surface.hpp"
#include "scene/terrain.hpp"

namespace terramask::scene {
namespace {

/// Heights, frame coordinates and distances from the shore vary slowly: they are computed every two metres,
/// at places that do not depend on the grid, and interpolated.
class Lattice {
 public:
  Lattice(const Town& town, const Box& box)
      : column0_(static_cast<std::int64_t>(std::floor(box.x0 / spacing)) - 1),
        row0_(static_cast<std::int64_t>(std::floor(box.y0 / spacing)) - 1),
        columns_(static_cast<std::size_t>(static_cast<std::int64_t>(std::floor(box.x1 / spacing)) + 3 -
                                          column0_)) {
    const auto rows = static_cast<std::int64_t>(std::floor(box.y1 / spacing)) + 3 - row0_;
    for (std::int64_t row = 0; row < rows; ++row)
      for (std::size_t column = 0; column < columns_; ++column) {
        const Point ground{static_cast<double>(column0_ + static_cast<std::int64_t>(column)) * spacing,
                           static_cast<double>(row0_ + row) * spacing};
        const Point frame = town.layout.frame(ground);
        nodes_.push_back(
            {frame, ground_height(town.layout, ground, frame), town.layout.shore_distance(frame)});
      }
  }

  struct Node {
    Point frame;
    double height = 0;
    double shore = 0;  ///< layout.shore_distance
  };

  Node at(Point ground) const {
    const double fx = std::floor(ground.x / spacing), fy = std::floor(ground.y / spacing);
    const double tx = ground.x / spacing - fx, ty = ground.y / spacing - fy;
    const auto column = static_cast<std::size_t>(static_cast<std::int64_t>(fx) - column0_);
    const auto row = static_cast<std::size_t>(static_cast<std::int64_t>(fy) - row0_);
    const Node& a = nodes_[row * columns_ + column];
    const Node& b = nodes_[row * columns_ + column + 1];
    const Node& c = nodes_[(row + 1) * columns_ + column];
    const Node& d = nodes_[(row + 1) * columns_ + column + 1];
    const auto mixed = [&](double p, double q, double r, double s) {
      return lerp(lerp(p, q, tx), lerp(r, s, tx), ty);
    };
    return {{mixed(a.frame.x, b.frame.x, c.frame.x, d.frame.x),
             mixed(a.frame.y, b.frame.y, c.frame.y, d.frame.y)},
            mixed(a.height, b.height, c.height, d.height),
            mixed(a.shore, b.shore, c.shore, d.shore)};
  }

 private:
  static constexpr double spacing = 2;
  std::int64_t column0_, row0_;
  std::size_t columns_;
  std::vector<Node> nodes_;
};

constexpr Colour kLush{0.046F, 0.082F, 0.026F}, kDry{0.165F, 0.150F, 0.078F}, kSoil{0.185F, 0.132F, 0.085F};
constexpr Colour kGravel{0.270F, 0.245F, 0.210F}, kShrub{0.030F, 0.056F, 0.020F},
    kLitter{0.062F, 0.058F, 0.034F};

class Gardener {
 public:
  explicit Gardener(const Town& town) : layout_(town.layout), seed_(town.layout.seed() + 121) {}

  void draw(Sample& sample, Point at, Point frame, double from_shore) const {
    const Block block = layout_.block(frame);
    const Point centre = layout_.centre(block);
    const std::uint64_t own = hash(seed_, std::lround(centre.x), std::lround(centre.y));
    if (layout_.has_gardens(block)) {
      garden(sample, at, frame, block);
    } else {
      switch (layout_.use(block)) {
        case LandUse::field:
        case LandUse::crop:
          field(sample, at, frame, block, own);
          break;
        case LandUse::forest:
          wood(sample, at);
          break;
        case LandUse::meadow:
        case LandUse::riverside:
          meadow(sample, at, own);
          break;
        default:
          lawn(sample, at, 0.25 * (unit(own) - 0.5), 0.66);
          break;
      }
    }
    if (from_shore > 6) return;
    const double shore = from_shore + 0.8 * noise(seed_ + 1, at.x / 3, at.y / 3);
    if (shore < 4.5) bank(sample, at, shore);
  }

 private:
  static void set(Sample& sample, Cover cover, Colour colour, double rise = 0) {
    sample.cover = cover;
    sample.colour = colour;
    sample.height = sample.ground + static_cast<float>(rise);
  }

  double grain(Point at, double strength) const {
    return 1 + strength * (noise(seed_ + 2, at.x / 0.8, at.y / 0.8) +
                           0.7 * noise(seed_ + 3, at.x / 0.37, at.y / 0.37));
  }

  void lawn(Sample& sample, Point at, double tint, double worn) const {
    const double dryness = 0.36 + tint + 0.45 * fbm(seed_ + 4, at.x / 11, at.y / 11, 3);
    const double wear = fbm(seed_ + 5, at.x / 4.5, at.y / 4.5, 3);
    const Colour grass = blend(kLush, kDry, std::clamp(dryness, 0.0, 1.0)) * grain(at, 0.10);
    if (wear > worn) {
      set(sample, Cover::bare, blend(kSoil, kDry, 0.35) * grain(at, 0.09));
    } else {
      set(sample, Cover::low, grass, 0.05);
    }
  }

  void garden(Sample& sample, Point at, Point frame, Block block) const {
    const Parcel parcel = parcel_at(layout_, block, frame);
    Rng rng(parcel.seed ^ 0x5bd1e995);
    const double tint = rng.range(-0.38, 0.32);
    const bool stones = rng.chance(0.16), beds = rng.chance(0.35), fenced = rng.chance(0.45);
    const bool front_hedge = rng.chance(0.35), back_hedge = rng.chance(0.5);
    const double hedge = rng.range(1.0, 1.9), from_street = std::abs(frame.y - parcel.street);
    lawn(sample, at, tint, 0.60);
    if (stones && from_street < 12) set(sample, Cover::bare, kGravel * grain(at, 0.10));
    const double to_back = std::abs(frame.y - parcel.back);
    const bool bed_here =
        beds && to_back > 2 && to_back < 6.5 && frame.x > parcel.u0 + 2 && frame.x < parcel.u0 + 9;
    if (bed_here) {
      const double rows = std::sin(2 * std::numbers::pi * frame.x / 1.5);
      if (rows > 0.1 + 0.5 * noise(seed_ + 6, at.x / 2, at.y / 2)) {
        set(sample, Cover::low, blend(kLush, kDry, 0.2) * grain(at, 0.2), 0.35);
      } else {
        set(sample, Cover::bare, kSoil * (0.75 * grain(at, 0.08)));
      }
    }
    const double thickness = 0.5 + 0.22 * noise(seed_ + 7, at.x / 1.1, at.y / 1.1);
    const double inner = std::min(frame.x - parcel.u0, parcel.u1 - frame.x);
    const bool hedged = (fenced && inner < thickness && from_street > 5.6) ||
                        (back_hedge && to_back < thickness) ||
                        (front_hedge && std::abs(from_street - 5.8) < thickness && frame.x > parcel.u0 + 4.2);
    const double bush =
        noise(seed_ + 8, at.x / 2.1, at.y / 2.1) + 0.35 * noise(seed_ + 9, at.x / 0.9, at.y / 0.9);
    if (hedged || (bush > 0.80 && from_street > 6)) {
      const double bump = 0.15 * noise(seed_ + 10, at.x / 0.7, at.y / 0.7);
      set(sample, Cover::low, kShrub * (1.1 * grain(at, 0.18)),
          hedged ? hedge + bump : 2.2 * (bush - 0.8) + 0.5 + bump);
    }
  }

  void field(Sample& sample, Point at, Point frame, Block block, std::uint64_t own) const {
    const double edge = layout_.border_distance(frame);
    if (edge < 3.4 + 0.7 * noise(seed_ + 11, at.x / 5, at.y / 5)) return lawn(sample, at, 0.2, 0.5);
    // Strips of one block are worked in one direction, but grow different things.
    const double across = unit(hash(own, 1)) < 0.6 ? frame.y : frame.x;
    const double strip = std::floor(frame.x / lerp(40, 75, unit(hash(own, 2))));
    const std::uint64_t strip_seed = hash(own, 3, static_cast<std::int64_t>(strip));
    const double tone = unit(hash(strip_seed, 1));
    const double patches = fbm(seed_ + 12, at.x / 28, at.y / 28, 3);
    const double wobble = 0.5 * noise(seed_ + 13, at.x / 25, at.y / 25);
    if (layout_.use(block) == LandUse::field) {
      const double ridge = std::sin(2 * std::numbers::pi * (across + wobble) / 2.6);
      const Colour earth =
          blend(kSoil * lerp(0.62, 1.15, tone), blend(kSoil, kDry, 0.5), 0.3 + 0.3 * patches);
      set(sample, Cover::bare, earth * (grain(at, 0.07) * (1 + 0.18 * patches + 0.05 * ridge)),
          0.05 * (1 + ridge));
      return;
    }
    const double tram = std::abs(std::fmod(std::fmod(across + wobble, 18.0) + 18.0, 18.0) - 9);
    const double ripe = std::clamp(1.35 * tone - 0.25 + 0.2 * patches, 0.0, 1.0);
    if (std::abs(tram - 0.95) < 0.27) {
      set(sample, Cover::bare, blend(kSoil, kLush, 0.3) * grain(at, 0.08));
    } else {
      const double row = std::sin(2 * std::numbers::pi * (across + wobble) / 1.7);
      const Colour grown = blend({0.052F, 0.100F, 0.026F}, {0.235F, 0.200F, 0.095F}, ripe);
      set(sample, Cover::low, grown * (grain(at, 0.08) * (1 + 0.15 * patches + 0.06 * row)),
          0.45 + 0.04 * row + 0.1 * patches);
    }
  }

  void meadow(Sample& sample, Point at, std::uint64_t own) const {
    lawn(sample, at, 0.5 * (unit(own) - 0.45), 0.70);
    const double angle = unit(hash(own, 5)) * 3;
    const double mown = std::sin((at.x * std::cos(angle) + at.y * std::sin(angle)) / 1.1);
    if (unit(hash(own, 6)) < 0.5) sample.colour = sample.colour * (1 + 0.07 * mown);
    const double tuft = fbm(seed_ + 14, at.x / 2.6, at.y / 2.6, 2);
    if (sample.cover == Cover::low) sample.height += static_cast<float>(0.25 * std::max(0.0, tuft));
  }

  void wood(Sample& sample, Point at) const {
    const double patch = fbm(seed_ + 15, at.x / 5, at.y / 5, 3);
    set(sample, Cover::low, blend(kLitter, kLush, 0.4 + 0.5 * patch) * grain(at, 0.18),
        0.2 + 0.3 * std::max(0.0, patch));
  }

  void bank(Sample& sample, Point at, double shore) const {
    if (shore < 1.3) {
      set(sample, Cover::bare,
          blend(kSoil, kGravel, 0.45) * (lerp(0.6, 0.95, shore / 1.3) * grain(at, 0.10)));
    } else {
      const double reed = noise(seed_ + 16, at.x / 1.4, at.y / 1.4);
      set(sample, Cover::low, blend(kLush, kDry, 0.30 + 0.35 * reed) * grain(at, 0.15), 0.4 + 0.3 * reed);
    }
  }

  const Layout& layout_;
  std::uint64_t seed_;
};

}  // namespace

void paint_ground(const Town& town, Surface& surface) {
  const Lattice lattice(town, surface.grid().box());
  const Gardener gardener(town);
  surface.paint(surface.grid().box(), [&](Sample& sample, Point at, std::size_t) {
    const Lattice::Node node = lattice.at(at);
    sample.ground = static_cast<float>(node.height);
    gardener.draw(sample, at, node.frame, node.shore);
  });
}

}  // namespace terramask::scene
