#include "vectorize/arc_simplifier.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <tuple>

namespace terramask::vectors {
namespace {

/// Twice the area of a triangle; its sign says on which side of ab the point c lies.
std::int64_t cross(Corner a, Corner b, Corner c) {
  return (std::int64_t{b.x} - a.x) * (std::int64_t{c.y} - a.y) -
         (std::int64_t{b.y} - a.y) * (std::int64_t{c.x} - a.x);
}

constexpr int kBalancePasses = 3;
constexpr double kMeanShift = 0.01;  // pixels that a border may lie to one side, on the whole
constexpr int kMostAdded = 4;
constexpr std::size_t kMostTried = 16;

bool on_segment(Corner a, Corner b, Corner p) {
  return cross(a, b, p) == 0 && std::min(a.x, b.x) <= p.x && p.x <= std::max(a.x, b.x) &&
         std::min(a.y, b.y) <= p.y && p.y <= std::max(a.y, b.y);
}

/// Whether the ray from p to the right crosses the edge; an edge owns its upper end only.
bool crosses(Corner a, Corner b, Corner p) {
  if ((a.y <= p.y) == (b.y <= p.y)) return false;
  return a.y < b.y ? cross(a, b, p) > 0 : cross(a, b, p) < 0;
}

}  // namespace

void ArcSimplifier::simplify(std::vector<Arc>& arcs) {
  if (!(tolerance_ > 0)) return;
  const std::vector<std::uint8_t> twins = with_twins(arcs);
  for (std::size_t i = 0; i < arcs.size(); ++i) simplify(arcs[i], twins[i] != 0);
}

std::vector<std::uint8_t> ArcSimplifier::with_twins(const std::vector<Arc>& arcs) const {
  // Two arcs between the same nodes would both become the one segment there is, and what lies between them
  // would vanish. Such arcs may belong to two bands where both nodes lie on the row between.
  struct Ends {
    Corner low, high;
    std::size_t arc;
    auto key() const { return std::tie(low, high); }
  };
  std::vector<Ends> ends;
  for (std::size_t i = 0; i < arcs.size(); ++i) {
    const auto [low, high] = std::minmax(arcs[i].points.front(), arcs[i].points.back());
    ends.push_back({low, high, i});
  }
  std::sort(ends.begin(), ends.end(), [](const Ends& a, const Ends& b) { return a.key() < b.key(); });
  std::vector<std::uint8_t> twins(arcs.size(), 0);
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const Ends& one = ends[i];
    const bool between_bands = one.low.y == one.high.y && one.low.y % band_ == 0;
    const bool same =
        (i > 0 && ends[i - 1].key() == one.key()) || (i + 1 < ends.size() && ends[i + 1].key() == one.key());
    twins[one.arc] = between_bands || same ? 1 : 0;
  }
  return twins;
}

void ArcSimplifier::simplify(Arc& arc, bool split) {
  const std::size_t count = arc.points.size();
  if (count <= 2) return;
  points_.swap(arc.points);
  kept_.assign(count, 0);
  kept_.front() = kept_.back() = 1;
  std::vector<Piece> pieces;
  if (points_.front() == points_.back()) {
    // A ring in two halves, each with a corner of its own between: it cannot collapse.
    const std::size_t far = farthest({0, count - 1, true}).index;
    kept_[far] = 1;
    pieces = {{far, count - 1, true}, {0, far, true}};
  } else {
    pieces = {{0, count - 1, split}};
  }
  while (!pieces.empty()) {
    const Piece piece = pieces.back();
    pieces.pop_back();
    if (piece.last - piece.first < 2) continue;
    const Farthest far = farthest(piece);
    if (!piece.split && far.distance <= tolerance_ && clear(piece, far.distance)) continue;
    kept_[far.index] = 1;
    pieces.push_back({far.index, piece.last, false});
    pieces.push_back({piece.first, far.index, false});
  }
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < count; ++i)
    if (kept_[i] != 0) kept.push_back(i);
  balance(kept);
  arc.points.clear();
  for (const std::size_t i : kept) arc.points.push_back(points_[i]);
}

void ArcSimplifier::balance(std::vector<std::size_t>& kept) {
  const Corner origin = points_.front();
  swept_.resize(points_.size());
  swept_[0] = 0;
  for (std::size_t i = 1; i < points_.size(); ++i)
    swept_[i] = swept_[i - 1] + cross(origin, points_[i - 1], points_[i]);
  error_ = 0;
  for (std::size_t k = 1; k < kept.size(); ++k) error_ += between(kept[k - 1], kept[k]);
  std::int64_t length = 0;
  for (std::size_t i = 1; i < points_.size(); ++i)
    length += std::abs(points_[i].x - points_[i - 1].x) + std::abs(points_[i].y - points_[i - 1].y);
  const auto allowed = static_cast<std::int64_t>(2 * kMeanShift * static_cast<double>(length));
  exchange(kept);
  for (int added = 0; added < kMostAdded && std::abs(error_) > allowed && add_one(kept); ++added)
    exchange(kept);
}

std::int64_t ArcSimplifier::between(std::size_t first, std::size_t last) const {
  return swept_[last] - swept_[first] - cross(points_.front(), points_[first], points_[last]);
}

void ArcSimplifier::exchange(std::vector<std::size_t>& kept) {
  for (int pass = 0; pass < kBalancePasses; ++pass)
    for (std::size_t k = 1; k + 1 < kept.size() && std::abs(error_) > 1; ++k)
      for (const std::ptrdiff_t step : {-1, 1, -2, 2}) {
        const auto to = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(kept[k]) + step);
        if (to <= kept[k - 1] || to >= kept[k + 1] || to >= points_.size()) continue;
        const std::int64_t change = between(kept[k - 1], to) + between(to, kept[k + 1]) -
                                    between(kept[k - 1], kept[k]) - between(kept[k], kept[k + 1]);
        if (std::abs(error_ + change) >= std::abs(error_)) continue;
        if (!fits(kept[k - 1], to) || !fits(to, kept[k + 1])) continue;
        kept[k] = to;
        error_ += change;
      }
}

bool ArcSimplifier::add_one(std::vector<std::size_t>& kept) {
  struct Candidate {
    std::int64_t error;
    std::size_t point, place;
    bool operator<(const Candidate& other) const {
      return std::abs(error) != std::abs(other.error) ? std::abs(error) < std::abs(other.error)
                                                      : point < other.point;
    }
  };
  std::vector<Candidate> candidates;
  for (std::size_t k = 1; k < kept.size(); ++k)
    for (std::size_t i = kept[k - 1] + 1; i < kept[k]; ++i) {
      const std::int64_t error =
          error_ + between(kept[k - 1], i) + between(i, kept[k]) - between(kept[k - 1], kept[k]);
      if (std::abs(error) < std::abs(error_)) candidates.push_back({error, i, k});
    }
  const std::size_t tried = std::min(candidates.size(), kMostTried);
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(tried),
                    candidates.end());
  for (std::size_t c = 0; c < tried; ++c) {
    const auto [error, point, place] = candidates[c];
    if (!fits(kept[place - 1], point) || !fits(point, kept[place])) continue;
    kept.insert(kept.begin() + static_cast<std::ptrdiff_t>(place), point);
    error_ = error;
    return true;
  }
  return false;
}

bool ArcSimplifier::fits(std::size_t first, std::size_t last) {
  if (last - first < 2) return true;
  const Piece piece{first, last, false};
  const double distance = farthest(piece).distance;
  return distance <= tolerance_ && clear(piece, distance);
}

ArcSimplifier::Farthest ArcSimplifier::farthest(const Piece& piece) const {
  const Corner a = points_[piece.first], b = points_[piece.last];
  const double dx = across_ * (b.x - a.x), dy = down_ * (b.y - a.y);
  const double squared = dx * dx + dy * dy;
  Farthest far{piece.first + 1, -1};
  for (std::size_t i = piece.first + 1; i < piece.last; ++i) {
    const double px = across_ * (points_[i].x - a.x), py = down_ * (points_[i].y - a.y);
    const double t = squared > 0 ? std::clamp((px * dx + py * dy) / squared, 0.0, 1.0) : 0;
    const double ex = px - t * dx, ey = py - t * dy;
    const double distance = ex * ex + ey * ey;
    if (distance > far.distance) far = {i, distance};
  }
  return {far.index, std::sqrt(far.distance)};
}

bool ArcSimplifier::clear(const Piece& piece, double distance) {
  for (std::size_t i = piece.first; i <= piece.last; ++i) corners_.clear(points_[i].x, points_[i].y);
  const bool result = nothing_inside(piece, distance);
  for (std::size_t i = piece.first; i <= piece.last; ++i) corners_.set(points_[i].x, points_[i].y);
  return result;
}

bool ArcSimplifier::nothing_inside(const Piece& piece, double distance) const {
  // What lies between the piece and its shortcut lies within the piece's greatest distance from it.
  const Corner a = points_[piece.first], b = points_[piece.last];
  std::int32_t left = a.x, right = a.x, top = a.y, bottom = a.y;
  for (std::size_t i = piece.first; i <= piece.last; ++i) {
    left = std::min(left, points_[i].x);
    right = std::max(right, points_[i].x);
    top = std::min(top, points_[i].y);
    bottom = std::max(bottom, points_[i].y);
  }
  const double reach_x = distance / across_ + 1e-6, reach_y = distance / down_ + 1e-6;
  const double slope = a.y == b.y ? 0 : static_cast<double>(b.x - a.x) / (b.y - a.y);
  for (std::int32_t y = top; y <= bottom; ++y) {
    double low = std::min(a.x, b.x), high = std::max(a.x, b.x);
    if (a.y != b.y) {
      const auto [y0, y1] = std::minmax(a.y, b.y);
      const double at0 = a.x + slope * (std::clamp<double>(y - reach_y, y0, y1) - a.y);
      const double at1 = a.x + slope * (std::clamp<double>(y + reach_y, y0, y1) - a.y);
      low = std::min(at0, at1);
      high = std::max(at0, at1);
    }
    const auto x0 = std::max<std::int64_t>(left, static_cast<std::int64_t>(std::floor(low - reach_x)));
    const auto x1 = std::min<std::int64_t>(right, static_cast<std::int64_t>(std::ceil(high + reach_x)));
    if (x0 > x1) continue;
    const bool none = corners_.visit(x0, x1, y, [&](std::int64_t x) {
      return !inside(piece, {static_cast<std::int32_t>(x), y});
    });
    if (!none) return false;
  }
  return true;
}

bool ArcSimplifier::inside(const Piece& piece, Corner point) const {
  const Corner a = points_[piece.first], b = points_[piece.last];
  if (on_segment(a, b, point)) return true;
  bool odd = crosses(b, a, point);
  for (std::size_t i = piece.first; i < piece.last; ++i) odd ^= crosses(points_[i], points_[i + 1], point);
  return odd;
}

}  // namespace terramask::vectors
