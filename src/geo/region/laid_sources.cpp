#include "geo/region/laid_sources.hpp"

#include <cpl_quad_tree.h>

#include <algorithm>
#include <map>

#include "geo/base/crs.hpp"
#include "terramask/error.hpp"
#include "terramask/tiles.hpp"

namespace terramask::geo {
namespace {

CPLRectObj box_of(const Window& window) {
  return {static_cast<double>(window.x), static_cast<double>(window.y),
          static_cast<double>(window.x + window.width), static_cast<double>(window.y + window.height)};
}

/// The smallest window around the pixels of `part` that are not yet valid; empty if all are.
Window missing(const Window& part, const Window& window, std::span<const std::uint8_t> valid) {
  std::int64_t left = part.x + part.width, right = part.x, top = part.y + part.height, bottom = part.y;
  for (std::int64_t row = part.y; row < part.y + part.height; ++row) {
    const auto begin =
        valid.begin() + static_cast<std::ptrdiff_t>((row - window.y) * window.width + part.x - window.x);
    const auto end = begin + static_cast<std::ptrdiff_t>(part.width);
    const auto first = std::find(begin, end, std::uint8_t{0});
    if (first == end) continue;
    auto last = end;
    while (*(last - 1) != 0) --last;
    left = std::min(left, part.x + (first - begin));
    right = std::max(right, part.x + (last - begin));
    top = std::min(top, row);
    bottom = row + 1;
  }
  return {left, top, std::max<std::int64_t>(0, right - left), std::max<std::int64_t>(0, bottom - top)};
}

}  // namespace

/// GDAL's quadtree stores pointers; here they point into a list of indices.
struct SourceMap::Index {
  std::vector<std::size_t> numbers;
  CPLQuadTree* tree = nullptr;
  ~Index() {
    if (tree != nullptr) CPLQuadTreeDestroy(tree);
  }
};

SourceMap::SourceMap(std::shared_ptr<const std::vector<RegionSource>> sources, const Grid& grid)
    : sources_(std::move(sources)), grid_(grid), layouts_(sources_->size()), index_(new Index) {
  const CPLRectObj whole = box_of(grid_.extent());
  index_->tree = CPLQuadTreeCreate(&whole, nullptr);
  index_->numbers.resize(sources_->size());
  std::map<std::string, bool> same;  // a survey has few CRSs, and comparing two is slow
  for (std::size_t i = 0; i < sources_->size(); ++i) {
    const RegionSource& one = (*sources_)[i];
    auto known = same.find(one.grid.crs);
    if (known == same.end()) known = same.emplace(one.grid.crs, same_crs(one.grid.crs, grid_.crs)).first;
    index_->numbers[i] = i;
    const std::optional<Layout> layout = lay(one.grid, grid_, known->second, one.name);
    if (!layout) continue;
    layouts_[i] = *layout;
    const CPLRectObj box = box_of(layout->window);
    CPLQuadTreeInsertWithBounds(index_->tree, &index_->numbers[i], &box);
  }
}

SourceMap::~SourceMap() = default;

std::vector<std::size_t> SourceMap::meeting(const Window& window) const {
  const CPLRectObj box = box_of(window);
  int count = 0;
  void** const found = CPLQuadTreeSearch(index_->tree, &box, &count);
  std::vector<std::size_t> numbers;
  numbers.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) numbers.push_back(*static_cast<std::size_t*>(found[i]));
  CPLFree(found);
  // The tree's boxes touch where ours do not intersect.
  std::erase_if(numbers, [&](std::size_t i) { return intersect(layouts_[i].window, window).empty(); });
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

GridReader& LaidSources::open(std::size_t source) {
  if (const auto found = where_.find(source); found != where_.end()) {
    opened_.splice(opened_.begin(), opened_, found->second);
    return *opened_.front().reader;
  }
  const RegionSource& one = map_->source(source);
  if (!one.facts) throw Error(ErrorCode::io, one.fault);
  std::unique_ptr<GridReader> reader = open_laid(*one.facts, map_->layout(source), map_->grid());
  while (opened_.size() >= most_open_) {
    where_.erase(opened_.back().source);
    opened_.pop_back();
  }
  opened_.push_front({source, std::move(reader)});
  where_[source] = opened_.begin();
  return *opened_.front().reader;
}

void LaidSources::read(const Window& window, Planes planes, std::span<std::uint8_t> valid) {
  const std::vector<std::size_t> meeting = map_->meeting(window);
  bool first = true;
  for (auto source = meeting.rbegin(); source != meeting.rend(); ++source) {
    Window part = intersect(map_->layout(*source).window, window);
    if (first && part == window) {  // most windows are in one source: no overlay needed
      open(*source).read(window, planes, valid);
      if (std::find(valid.begin(), valid.end(), std::uint8_t{0}) == valid.end()) return;
    } else {
      if (first) std::fill(valid.begin(), valid.end(), std::uint8_t{0});
      part = missing(part, window, valid);
      if (!part.empty()) add(*source, part, window, planes, valid);
    }
    first = false;
  }
  if (first) std::fill(valid.begin(), valid.end(), std::uint8_t{0});
}

void LaidSources::advise(const Window& window) {
  const std::vector<std::size_t> meeting = map_->meeting(window);
  for (auto source = meeting.rbegin(); source != meeting.rend(); ++source) {
    const RegionSource& one = map_->source(*source);
    const Window part = intersect(map_->layout(*source).window, window);
    const bool online =
        one.facts && std::any_of(one.facts->files.begin(), one.facts->files.end(),
                                 [](const FileFacts& file) { return is_tile_source(file.path); });
    if (online) open(*source).advise(part);
    // Lower sources may be hidden: do not read them before that is known.
    if (part == window) return;
  }
}

void LaidSources::add(std::size_t source, const Window& part, const Window& window, Planes planes,
                      std::span<std::uint8_t> valid) {
  const std::size_t count = pixels(part);
  values_.resize(count * bands_);
  valid_.assign(count, 1);
  open(source).read(part, {values_.data(), count}, valid_);
  for (std::int64_t row = 0; row < part.height; ++row) {
    const std::uint8_t* const has = valid_.data() + row * part.width;
    const std::int64_t at = (part.y + row - window.y) * window.width + part.x - window.x;
    std::uint8_t* const shown = valid.data() + at;
    for (std::size_t band = 0; band < bands_; ++band) {
      const float* const from = values_.data() + band * count + row * part.width;
      float* const to = planes.plane(band) + at;
      for (std::int64_t i = 0; i < part.width; ++i)
        if (shown[i] == 0 && has[i] != 0) to[i] = from[i];
    }
    for (std::int64_t i = 0; i < part.width; ++i) shown[i] = static_cast<std::uint8_t>(shown[i] | has[i]);
  }
}

}  // namespace terramask::geo
