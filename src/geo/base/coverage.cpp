#include "geo/base/coverage.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace terramask::geo {

bool cover(std::span<const Window> windows, const Window& extent) {
  // Between two consecutive edges of rectangles, all rows are equal.
  std::set<std::int64_t> edges{extent.y, extent.y + extent.height};
  for (const Window& one : windows)
    for (const std::int64_t y : {one.y, one.y + one.height})
      if (y > extent.y && y < extent.y + extent.height) edges.insert(y);
  std::vector<Window> sorted(windows.begin(), windows.end());
  std::sort(sorted.begin(), sorted.end(), [](const Window& a, const Window& b) { return a.x < b.x; });
  edges.erase(extent.y + extent.height);
  return std::all_of(edges.begin(), edges.end(), [&](std::int64_t y) {
    std::int64_t reached = extent.x;
    for (const Window& one : sorted) {
      if (y < one.y || y >= one.y + one.height) continue;
      if (one.x > reached) return false;
      reached = std::max(reached, one.x + one.width);
    }
    return reached >= extent.x + extent.width;
  });
}

}  // namespace terramask::geo
