// Streets along the lines of the layout, cut at junctions; bridges where they cross a river.
#include <algorithm>
#include <array>
#include <numbers>

#include "scene/noise.hpp"
#include "scene/terrain.hpp"
#include "scene/town.hpp"

namespace terramask::scene {
namespace {

double width_of(RoadKind kind, std::uint64_t h) {
  switch (kind) {
    case RoadKind::primary:
      return 9.5;
    case RoadKind::secondary:
      return 7.5;
    case RoadKind::residential:
      return 5.5 + 0.5 * static_cast<double>(h % 3);
    case RoadKind::service:
      return 4;
    case RoadKind::track:
      return 3;
  }
  return 6;
}

std::string street_name(std::uint64_t h) {
  static constexpr std::array heads{"Linden",  "Garten", "Schul",  "Mühlen", "Berg",   "Wiesen", "Kirch",
                                    "Bahnhof", "Ahorn",  "Buchen", "Rosen",  "Müller", "Feld",   "Bach",
                                    "Brücken", "Markt",  "Eichen", "Birken", "Acker",  "Sonnen"};
  static constexpr std::array tails{"straße", "weg", "gasse", "allee", "ring"};
  return std::string(heads[h % heads.size()]) + tails[(h >> 20) % tails.size()];
}

/// One street between two junctions of the layout.
struct Stretch {
  Point from, to;  ///< in the frame; one coordinate is the same
  RoadKind kind;
  std::uint64_t street;  ///< the same along a whole line
  std::uint64_t seed;
};

class RoadBuilder {
 public:
  explicit RoadBuilder(Town& town) : town_(town), layout_(town.layout) {}

  void lay(const Stretch& stretch) {
    const Point middle = layout_.ground((stretch.from + stretch.to) * 0.5);
    const double draw = unit(hash(stretch.seed, 1));
    const bool urban = layout_.urban(middle) > 0;
    if (stretch.kind != RoadKind::residential) {
      add(stretch, stretch.from, stretch.to, stretch.kind, urban);
    } else if (urban) {
      if (draw < 0.86) {
        add(stretch, stretch.from, stretch.to, stretch.kind, true);
      } else if (draw < 0.95) {
        dead_end(stretch);
      }
    } else if (draw < 0.14) {
      add(stretch, stretch.from, stretch.to, RoadKind::track, false);
    }
  }

 private:
  Line trace(Point from, Point to) const {
    const int pieces = std::max(2, static_cast<int>(std::lround(length(to - from) / 6)));
    Line line;
    for (int i = 0; i <= pieces; ++i) {
      const double t = static_cast<double>(i) / pieces;
      line.push_back(layout_.ground({lerp(from.x, to.x, t), lerp(from.y, to.y, t)}));
    }
    // Both ends are junctions: exactly the same point for every street that meets there.
    line.front() = layout_.ground(from);
    line.back() = layout_.ground(to);
    return line;
  }

  Road describe(const Stretch& stretch, RoadKind kind, bool urban) const {
    Road road;
    road.kind = kind;
    road.width = width_of(kind, stretch.street);
    road.lanes = kind == RoadKind::track || kind == RoadKind::service ? 1 : 2;
    road.pavements = urban && kind != RoadKind::track;
    if (kind != RoadKind::track) road.name = street_name(stretch.street);
    return road;
  }

  void add(const Stretch& stretch, Point from, Point to, RoadKind kind, bool urban) {
    Road road = describe(stretch, kind, urban);
    const Line line = trace(from, to);
    if (!town_.matters(bounds(line).grown(15))) return;
    // Cut where the road goes onto a bridge and off it.
    std::vector<bool> over_water(line.size());
    for (std::size_t i = 0; i < line.size(); ++i)
      over_water[i] = layout_.shore_distance(layout_.frame(line[i])) < 4;
    std::size_t begin = 0;
    while (begin + 1 < line.size()) {
      const bool bridge = over_water[begin] || over_water[begin + 1];
      std::size_t end = begin + 1;
      while (end + 1 < line.size() && (over_water[end] || over_water[end + 1]) == bridge) ++end;
      road.bridge = bridge;
      road.line.assign(line.begin() + static_cast<std::ptrdiff_t>(begin),
                       line.begin() + static_cast<std::ptrdiff_t>(end) + 1);
      if (bridge) {
        road.start_height = town_.ground_height_at(road.line.front()) + 0.25;
        road.end_height = town_.ground_height_at(road.line.back()) + 0.25;
      }
      town_.add_road(road);
      begin = end;
    }
  }

  void dead_end(const Stretch& stretch) {
    const bool from_start = unit(hash(stretch.seed, 2)) < 0.5;
    const Point from = from_start ? stretch.from : stretch.to;
    const Point to = from_start ? stretch.to : stretch.from;
    const Point end = from + (to - from) * lerp(0.5, 0.62, unit(hash(stretch.seed, 3)));
    if (unit(hash(stretch.seed, 4)) < 0.35) return add(stretch, from, end, RoadKind::service, true);
    add(stretch, from, end, RoadKind::residential, true);
    Road circle = describe(stretch, RoadKind::residential, true);
    circle.width = 7;
    circle.ring = true;
    const Point centre = layout_.ground(end);
    const Point before = layout_.ground(from + (end - from) * 0.9);
    const Point back = unit_vector(before - centre) * 3.5;
    // It begins at the street's last point, so that the map's ways are joined.
    constexpr int corners = 12;
    for (int i = 0; i <= corners; ++i) {
      const double angle = 2 * std::numbers::pi * (i % corners) / corners;
      const Point turned = back * std::cos(angle) + left_of(back) * std::sin(angle);
      circle.line.push_back(i % corners == 0 ? centre : centre - back + turned);
    }
    if (town_.matters(bounds(circle.line).grown(15))) town_.add_road(std::move(circle));
  }

  Town& town_;
  const Layout& layout_;
};

}  // namespace

void lay_roads(Town& town) {
  const Layout& layout = town.layout;
  const auto& columns = layout.columns();
  const auto& rows = layout.rows();
  RoadBuilder builder(town);
  const auto seed_of = [&](Point from, int direction) {
    return hash(layout.seed(), 61 + direction, std::lround(from.x), std::lround(from.y));
  };
  for (std::size_t row = 0; row < rows.size(); ++row)
    for (std::size_t column = 0; column + 1 < columns.size(); ++column) {
      const Point from{columns[column], rows[row]}, to{columns[column + 1], rows[row]};
      builder.lay({from, to, layout.row_kind(row), hash(layout.seed(), 63, std::lround(rows[row])),
                   seed_of(from, 0)});
    }
  for (std::size_t column = 0; column < columns.size(); ++column)
    for (std::size_t row = 0; row + 1 < rows.size(); ++row) {
      const RoadKind kind = layout.column_kind(column);
      if (layout.river_of(row) >= 0 && kind == RoadKind::residential) continue;
      const Point from{columns[column], rows[row]}, to{columns[column], rows[row + 1]};
      builder.lay({from, to, kind, hash(layout.seed(), 64, std::lround(columns[column])), seed_of(from, 1)});
    }
}

}  // namespace terramask::scene
