#include "vectorize/region_rings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "terramask/error.hpp"

namespace terramask::vectors {
namespace {

bool straight(Corner a, Corner b, Corner c) {
  return (std::int64_t{b.x} - a.x) * (std::int64_t{c.y} - a.y) ==
         (std::int64_t{b.y} - a.y) * (std::int64_t{c.x} - a.x);
}

/// 0: the sharpest turn to the right that is no turning back.
int turn_of(Direction arriving, Direction leaving) {
  const unsigned quarter = (static_cast<unsigned>(leaving) - static_cast<unsigned>(arriving) + 4) % 4;
  return quarter == 1 ? 0 : quarter == 0 ? 1 : 2;  // y downwards: from east to south is to the right
}

/// Negative where the region lies left of a walk with y downwards around its outside.
std::int64_t twice_area(std::span<const Corner> ring) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Corner a = ring[i], b = ring[(i + 1) % ring.size()];
    sum += std::int64_t{a.x} * b.y - std::int64_t{b.x} * a.y;
  }
  return sum;
}

}  // namespace

void RegionRings::add(const Arc& arc, Region region) {
  Side side{points_.size(), arc.points.size(), region,      arc.leaving,
            arc.arriving,   arc.loop,          arc.cut_end, false};
  if (arc.left == region) {
    points_.insert(points_.end(), arc.points.begin(), arc.points.end());
  } else {
    points_.insert(points_.end(), arc.points.rbegin(), arc.points.rend());
    side.leaving = opposite(arc.arriving);
    side.arriving = opposite(arc.leaving);
    side.cut_end = arc.cut_begin;
  }
  sides_.push_back(side);
}

std::size_t RegionRings::next(const Side& side) const {
  const Corner node = end_of(side);
  const auto found =
      std::lower_bound(order_.begin(), order_.end(), node,
                       [this](std::size_t one, Corner value) { return begin_of(sides_[one]) < value; });
  std::size_t best = sides_.size();
  for (auto it = found; it != order_.end() && begin_of(sides_[*it]) == node; ++it)
    if (best == sides_.size() ||
        turn_of(side.arriving, sides_[*it].leaving) < turn_of(side.arriving, sides_[best].leaving))
      best = *it;
  if (best == sides_.size())
    throw Error(ErrorCode::internal,
                fmt::format("the border of patch {} ends at corner {}, {}", side.region, node.x, node.y));
  return best;
}

void RegionRings::append(const Side& side, bool cut) {
  cut_.push_back(cut ? 1 : 0);
  ring_.insert(ring_.end(), points_.begin() + static_cast<std::ptrdiff_t>(side.first),
               points_.begin() + static_cast<std::ptrdiff_t>(side.first + side.count - 1));
  cut_.resize(ring_.size(), 0);
}

std::span<const Corner> RegionRings::ring(std::size_t begin) {
  ring_.clear();
  cut_.clear();
  ring_sides_.clear();
  bool next_cut = false;  // whether the node that the last side ended in is none
  for (std::size_t at = begin;;) {
    Side& side = sides_[at];
    if (side.used)
      throw Error(ErrorCode::internal, fmt::format("the border of patch {} runs into itself", side.region));
    side.used = true;
    ring_sides_.push_back(at);
    append(side, next_cut);
    if (side.loop) break;
    const std::size_t following = next(side);
    if (following == begin) {
      cut_.front() = side.cut_end ? 1 : 0;
      break;
    }
    at = following;
    next_cut = side.cut_end;
  }
  drop_cuts();
  return ring_;
}

void RegionRings::drop_cuts() {
  if (std::find(cut_.begin(), cut_.end(), 1) == cut_.end()) return;
  std::size_t kept = 0;
  const std::size_t count = ring_.size();
  for (std::size_t i = 0; i < count; ++i) {
    const Corner before = kept > 0 ? ring_[kept - 1] : ring_[count - 1];
    const Corner after = i + 1 < count ? ring_[i + 1] : ring_[0];
    if (cut_[i] != 0 && straight(before, ring_[i], after)) continue;
    ring_[kept++] = ring_[i];
  }
  ring_.resize(kept);
}

void RegionRings::assemble(const std::function<void(std::span<const Corner>)>& take) {
  order_.resize(sides_.size());
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::stable_sort(order_.begin(), order_.end(), [this](std::size_t a, std::size_t b) {
    return begin_of(sides_[a]) < begin_of(sides_[b]);
  });
  take(outer_ring());
  for (std::size_t i = 0; i < sides_.size(); ++i)
    if (!sides_[i].used) take(ring(i));
}

std::span<const Corner> RegionRings::outer_ring() {
  // The leftmost of all corners is the outer ring's. After simplification a lake may touch the shore there.
  const Corner leftmost = *std::min_element(points_.begin(), points_.end());
  for (std::size_t i = 0; i < sides_.size(); ++i) {
    const auto first = points_.begin() + static_cast<std::ptrdiff_t>(sides_[i].first);
    const auto last = first + static_cast<std::ptrdiff_t>(sides_[i].count);
    if (std::find(first, last, leftmost) == last) continue;
    const std::span<const Corner> found = ring(i);
    if (twice_area(found) < 0) return found;
    for (const std::size_t side : ring_sides_) sides_[side].used = false;
  }
  throw Error(ErrorCode::internal, fmt::format("patch {} has no outer ring", sides_.front().region));
}

}  // namespace terramask::vectors
