// Roofs by shape and material, with chimneys, windows, solar panels and plant.
#include <algorithm>
#include <array>

#include "scene/noise.hpp"
#include "scene/surface.hpp"

namespace terramask::scene {
namespace {

constexpr std::array<Colour, 8> kPitchedRoofs{{{0.300F, 0.118F, 0.068F},
                                               {0.245F, 0.098F, 0.062F},
                                               {0.185F, 0.080F, 0.056F},
                                               {0.140F, 0.098F, 0.072F},
                                               {0.075F, 0.075F, 0.080F},
                                               {0.150F, 0.146F, 0.142F},
                                               {0.215F, 0.195F, 0.175F},
                                               {0.100F, 0.092F, 0.086F}}};
constexpr std::array<Colour, 6> kFlatRoofs{{{0.245F, 0.235F, 0.218F},
                                            {0.115F, 0.115F, 0.119F},
                                            {0.480F, 0.475F, 0.460F},
                                            {0.098F, 0.112F, 0.048F},
                                            {0.175F, 0.170F, 0.163F},
                                            {0.330F, 0.335F, 0.340F}}};
constexpr Colour kGlass{0.085F, 0.100F, 0.125F}, kPanel{0.026F, 0.031F, 0.052F}, kBrick{0.19F, 0.10F, 0.075F};

/// What is on a roof beside its covering, drawn from the building's seed.
class Roofer {
 public:
  Roofer(const Building& building, std::uint64_t seed) : building_(building), seed_(seed + 151) {
    Rng rng(building.seed ^ 0x2545f491);
    pitched_ = building.parts.front().roof == Roof::gable || building.parts.front().roof == Roof::hip;
    color_ = pitched_ ? kPitchedRoofs[static_cast<std::size_t>(rng.integer(8))]
                      : kFlatRoofs[static_cast<std::size_t>(rng.integer(6))];
    color_ = color_ * rng.range(0.85, 1.15);
    large_ = building.kind == "commercial" || building.kind == "industrial";
    solar_ = rng.chance(building.kind == "house" ? 0.22 : 0.12);
    chimney_ =
        pitched_ && !large_ && building.kind != "shed" && building.kind != "garage" && rng.chance(0.75);
    windows_ = pitched_ && rng.chance(0.45) && building.kind != "shed";
    side_ = rng.chance(0.5) ? 1 : -1;
    spot_ = rng.range(-0.45, 0.45);
    age_ = rng.uniform();
  }

  void draw(Sample& sample, Point at) const {
    const BuildingPart* top = nullptr;
    double highest = -1;
    for (const BuildingPart& part : building_.parts) {
      const Point q = part.shape.local(at);
      if (std::abs(q.x) > part.shape.half_length + 1e-6 || std::abs(q.y) > part.shape.half_width + 1e-6)
        continue;
      const double height = roof_height(part, q);
      if (height > highest) {
        highest = height;
        top = &part;
      }
    }
    if (top == nullptr) {  // on the very edge of the outline
      top = &building_.parts.front();
      highest = top->eave;
    }
    sample.cover = Cover::building;
    const Point q = top->shape.local(at);
    double rise = 0;
    sample.colour = top->roof == Roof::flat ? flat(*top, q, at, rise) : pitched(*top, q, at, rise);
    sample.height = static_cast<float>(building_.base + highest + rise);
  }

 private:
  static double roof_height(const BuildingPart& part, Point q) {
    const double across = part.shape.half_width - std::abs(q.y);
    switch (part.roof) {
      case Roof::gable:
        return part.eave + part.slope * across;
      case Roof::hip:
        return part.eave + part.slope * std::min(across, part.shape.half_length - std::abs(q.x));
      case Roof::pent:
        return part.eave + part.slope * (part.shape.half_width + q.y);
      case Roof::flat:
        return part.eave;
    }
    return part.eave;
  }

  Colour weathered(Point at) const {
    const double stains = fbm(seed_, at.x / 3.2, at.y / 3.2, 3),
                 grain = noise(seed_ + 1, at.x / 0.45, at.y / 0.45);
    const Colour mossy = blend(color_, {0.085F, 0.090F, 0.055F}, 0.35 * age_ * std::max(0.0, stains + 0.3));
    return mossy * (1 + 0.14 * stains + 0.06 * grain);
  }

  Colour pitched(const BuildingPart& part, Point q, Point at, double& rise) const {
    const double a = part.shape.half_length, b = part.shape.half_width;
    const bool main = &part == &building_.parts.front();
    Colour colour = weathered(at) * (1 + 0.05 * noise(seed_ + 2, q.x / 2.5, q.y / 0.34));
    if (std::abs(q.y) < 0.16) colour = colour * 1.18;  // ridge tiles
    if (!main) return colour;
    const double up = std::abs(q.y) / b, along = q.x / a;
    const bool chosen = q.y * side_ > 0;
    if (solar_ && chosen && up > 0.18 && up < 0.82 && along > -0.75 && along < 0.5) {
      const bool frame = std::fmod(q.x + 100, 1.1) < 0.09 || std::fmod(q.y + 100, 1.7) < 0.09;
      return frame ? kPanel * 2.2 : kPanel;
    }
    if (windows_ && !chosen && std::abs(up - 0.5) < 0.12 && std::fmod(q.x + 100, 3.4) < 0.85 &&
        std::abs(along) < 0.75)
      return kGlass;
    if (chimney_ && std::abs(q.x - spot_ * a) < 0.42 && std::abs(q.y - side_ * 0.22 * b) < 0.36) {
      rise = 1.1;
      return kBrick;
    }
    return colour;
  }

  Colour flat(const BuildingPart& part, Point q, Point at, double& rise) const {
    const double edge =
        std::min(part.shape.half_length - std::abs(q.x), part.shape.half_width - std::abs(q.y));
    const double seam = large_ && std::fmod(q.x + 500, 6.0) < 0.22 ? 0.88 : 1.0;
    if (edge < 0.38 && building_.kind != "shed") {
      rise = 0.3;
      return {0.34F, 0.335F, 0.32F};
    }
    if (part.shape.half_width < 3.5) return weathered(at);
    // Plant and rooflights on a coarse grid of the roof.
    const double pitch = large_ ? 8 : 5;
    const double gx = std::floor(q.x / pitch), gy = std::floor(q.y / pitch);
    const std::uint64_t spot =
        hash(building_.seed, static_cast<std::int64_t>(gx), static_cast<std::int64_t>(gy));
    const Point in_cell{q.x - (gx + 0.5) * pitch, q.y - (gy + 0.5) * pitch};
    const double draw = unit(spot);
    if (edge > pitch / 2 && draw < 0.16 && std::abs(in_cell.x) < 1.3 && std::abs(in_cell.y) < 0.9) {
      rise = 0.9 + 0.8 * unit(hash(spot, 1));
      return {0.29F, 0.29F, 0.285F};
    }
    if (edge > 2 && draw > 0.62 && std::abs(in_cell.x) < 0.7 && std::abs(in_cell.y) < 0.7) {
      rise = 0.35;
      return large_ ? Colour{0.42F, 0.44F, 0.46F} : kGlass;
    }
    if (solar_ && edge > 1.2 && std::fmod(q.y + 500, 2.4) < 1.3) return kPanel;
    return weathered(at) * seam;
  }

  const Building& building_;
  std::uint64_t seed_;
  Colour color_;
  bool pitched_ = false, large_ = false, solar_ = false, chimney_ = false, windows_ = false;
  double side_ = 1, spot_ = 0, age_ = 0;
};

}  // namespace

void paint_buildings(const Town& town, Surface& surface) {
  for (const std::size_t number : town.building_index.query(surface.grid().box())) {
    const Building& building = town.buildings[number];
    const Roofer roofer(building, town.layout.seed());
    surface.paint(bounds(building.outline), [&](Sample& sample, Point at, std::size_t) {
      if (contains(building.outline, at)) roofer.draw(sample, at);
    });
  }
}

}  // namespace terramask::scene
