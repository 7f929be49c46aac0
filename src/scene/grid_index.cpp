#include "scene/grid_index.hpp"

#include <algorithm>

namespace terramask::scene {

void GridIndex::add(const Box& box) {
  const auto number = static_cast<std::uint32_t>(boxes_.size());
  boxes_.push_back(box);
  for (std::int64_t row = cell_of(box.y0); row <= cell_of(box.y1); ++row)
    for (std::int64_t column = cell_of(box.x0); column <= cell_of(box.x1); ++column)
      cells_[key(column, row)].push_back(number);
}

std::vector<std::size_t> GridIndex::query(const Box& box) const {
  std::vector<std::size_t> found;
  for (std::int64_t row = cell_of(box.y0); row <= cell_of(box.y1); ++row)
    for (std::int64_t column = cell_of(box.x0); column <= cell_of(box.x1); ++column) {
      const auto bucket = cells_.find(key(column, row));
      if (bucket == cells_.end()) continue;
      for (const std::uint32_t number : bucket->second)
        if (boxes_[number].touches(box)) found.push_back(number);
    }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace terramask::scene
