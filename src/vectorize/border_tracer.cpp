#include "vectorize/border_tracer.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace terramask::vectors {
namespace {

constexpr std::int32_t kClosed = -1;
constexpr std::int32_t kCarried = -2;

}  // namespace

BorderTracer::BorderTracer(std::int64_t width, std::int64_t band, CornerMap& corners)
    : band_(band), corners_(corners), down_(static_cast<std::size_t>(width) + 1) {}

void BorderTracer::add(std::int32_t y, std::span<const Segment> above, std::span<const Segment> below) {
  constexpr std::int32_t nowhere = std::numeric_limits<std::int32_t>::max();
  // Border i of a row lies before its segment i; what follows the last one is outside.
  const auto place_of = [](std::span<const Segment> row, std::size_t i) {
    return i > row.size() ? nowhere : i == 0 ? 0 : row[i - 1].end;
  };
  const auto region_of = [](std::span<const Segment> row, std::size_t i) {
    return i < row.size() ? row[i].region : kOutside;
  };
  Around around{kOutside, kOutside, kOutside, kOutside};
  for (std::size_t i = 0, j = 0; i <= above.size() || j <= below.size();) {
    const std::int32_t x = std::min(place_of(above, i), place_of(below, j));
    if (place_of(above, i) == x) around.ne = region_of(above, i++);
    if (place_of(below, j) == x) around.se = region_of(below, j++);
    corner({x, y}, around);
    around.nw = around.ne;
    around.sw = around.se;
  }
}

void BorderTracer::corner(Corner at, const Around& around) {
  const bool up = around.nw != around.ne, down = around.sw != around.se;
  const bool left = around.nw != around.sw, right = around.ne != around.se;
  const int degree = up + down + left + right;
  if (degree == 0) return;
  const bool cut = degree == 2 && up && at.y % band_ == 0;
  if (degree > 2 || cut) {
    corners_.set(at.x, at.y);
    node(at, around, cut);
  } else if (up != down) {
    corners_.set(at.x, at.y);
    turn(at, around, up, left, right);
  }
}

void BorderTracer::turn(Corner at, const Around& around, bool up, bool left, bool right) {
  End& down = down_[static_cast<std::size_t>(at.x)];
  if (up && right) {
    push(down, at);
    carried_ = down;
    place(carried_, kCarried);
  } else if (up && left) {
    push(down, at);
    join(down, carried_);
  } else if (left) {
    push(carried_, at);
    down = carried_;
    place(down, at.x);
  } else {
    // From below around the corner to the right.
    const std::uint32_t chain = fresh();
    chains_[chain].left = around.ne;
    chains_[chain].right = around.se;
    down = 2 * chain;
    carried_ = 2 * chain + 1;
    push(carried_, at);
    place(down, at.x);
    place(carried_, kCarried);
  }
}

void BorderTracer::node(Corner at, const Around& around, bool cut) {
  End& down = down_[static_cast<std::size_t>(at.x)];
  if (around.nw != around.ne) close(down, at, cut);
  if (around.nw != around.sw) close(carried_, at, cut);
  if (around.ne != around.se) carried_ = start(at, around.ne, around.se, kCarried, cut);
  if (around.sw != around.se) down = start(at, around.se, around.sw, at.x, cut);
}

std::uint32_t BorderTracer::fresh() {
  if (free_.empty()) {
    chains_.emplace_back();
    return static_cast<std::uint32_t>(chains_.size() - 1);
  }
  const std::uint32_t chain = free_.back();
  free_.pop_back();
  return chain;
}

BorderTracer::End BorderTracer::start(Corner at, Region left, Region right, std::int32_t column, bool cut) {
  const std::uint32_t chain = fresh();
  chains_[chain].left = left;
  chains_[chain].right = right;
  chains_[chain].at[0] = kClosed;
  chains_[chain].cut[0] = cut;
  const End end = 2 * chain + 1;
  push(end, at);
  place(end, column);
  return end;
}

void BorderTracer::place(End end, std::int32_t column) {
  chains_[end / 2].at[end % 2] = column;
}

void BorderTracer::close(End end, Corner at, bool cut) {
  push(end, at);
  Chain& chain = chains_[end / 2];
  chain.at[end % 2] = kClosed;
  chain.cut[end % 2] = cut;
  if (chain.at[0] == kClosed && chain.at[1] == kClosed) finish(end / 2, false);
}

void BorderTracer::join(End a, End b) {
  if (a / 2 == b / 2) {
    finish(a / 2, true);
    return;
  }
  const auto size = [this](End end) {
    return chains_[end / 2].ends[0].size() + chains_[end / 2].ends[1].size();
  };
  if (size(a) < size(b)) std::swap(a, b);
  Chain& host = chains_[a / 2];
  Chain& guest = chains_[b / 2];
  std::vector<Corner>& points = host.ends[a % 2];
  const std::vector<Corner>& near = guest.ends[b % 2];
  const std::vector<Corner>& far = guest.ends[1 - b % 2];
  points.insert(points.end(), near.rbegin(), near.rend());
  points.insert(points.end(), far.begin(), far.end());
  host.at[a % 2] = guest.at[1 - b % 2];
  host.cut[a % 2] = guest.cut[1 - b % 2];
  if (host.at[a % 2] >= 0) down_[static_cast<std::size_t>(host.at[a % 2])] = a;
  guest = Chain{};
  free_.push_back(b / 2);
  if (host.at[0] == kClosed && host.at[1] == kClosed) finish(a / 2, false);
}

void BorderTracer::finish(std::uint32_t number, bool loop) {
  Chain& chain = chains_[number];
  Arc arc;
  arc.points.reserve(chain.ends[0].size() + chain.ends[1].size() + 1);
  arc.points.assign(chain.ends[0].rbegin(), chain.ends[0].rend());
  arc.points.insert(arc.points.end(), chain.ends[1].begin(), chain.ends[1].end());
  if (loop) {
    // The first corner of a sweep over the mask begins it, whatever was joined to what.
    const auto first = std::min_element(arc.points.begin(), arc.points.end(), [](Corner a, Corner b) {
      return a.y != b.y ? a.y < b.y : a.x < b.x;
    });
    std::rotate(arc.points.begin(), first, arc.points.end());
    arc.points.push_back(arc.points.front());
  }
  arc.left = chain.left;
  arc.right = chain.right;
  arc.loop = loop;
  arc.cut_begin = chain.cut[0];
  arc.cut_end = chain.cut[1];
  arc.leaving = direction(arc.points[0], arc.points[1]);
  arc.arriving = direction(arc.points[arc.points.size() - 2], arc.points.back());
  arcs_.push_back(std::move(arc));
  chain = Chain{};
  free_.push_back(number);
}

}  // namespace terramask::vectors
