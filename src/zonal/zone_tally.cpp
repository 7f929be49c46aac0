#include "zonal/zone_tally.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace terramask::zones {
namespace {

constexpr std::size_t kMostValues = 1000;

}  // namespace

ZoneTally::ZoneTally(const std::vector<geo::Zone>& zones, const Grid& grid,
                     const std::vector<ClassInfo>& classes)
    : zones_(zones), grid_(grid), areas_(geo::PixelAreas::make(grid)), found_(zones.size()) {
  for (const ClassInfo& one : classes) {
    index_of_.emplace(one.value, values_.size());
    values_.push_back(one.value);
  }
  for (std::size_t i = 0; i < zones.size(); ++i)
    if (!intersect(zones[i].bounds, grid.extent()).empty()) waiting_.push_back(i);
  std::stable_sort(waiting_.begin(), waiting_.end(),
                   [&](std::size_t a, std::size_t b) { return zones[a].bounds.y > zones[b].bounds.y; });
}

ZoneArea& ZoneTally::place(Found& found, std::int32_t value) {
  if (value == vectors::kNoData) return found.nodata;
  const auto [at, is_new] = index_of_.emplace(value, values_.size());
  if (is_new) {
    values_.push_back(value);
    if (values_.size() > kMostValues)
      throw Error(ErrorCode::mismatch, fmt::format("the mask holds more than {} values", kMostValues),
                  "is it an image? Name a mask, as `terramask segment` writes");
  }
  if (found.classes.size() <= at->second) found.classes.resize(at->second + 1);
  return found.classes[at->second];
}

void ZoneTally::add_row(Found& found, std::int64_t begin, std::int64_t end, std::int64_t row,
                        std::span<const vectors::Run> runs) {
  auto run = std::upper_bound(runs.begin(), runs.end(), begin,
                              [](std::int64_t column, const vectors::Run& r) { return column < r.end; });
  for (; begin < end && run != runs.end(); ++run) {
    const std::int64_t to = std::min<std::int64_t>(end, run->end);
    ZoneArea& area = place(found, run->value);
    area.pixels += static_cast<std::uint64_t>(to - begin);
    if (areas_ != nullptr) area.area_m2 += areas_->run(begin, to, row);
    begin = to;
  }
}

void ZoneTally::add(std::int64_t first, std::span<const std::vector<vectors::Run>> rows) {
  const Window strip{0, first, grid_.width, static_cast<std::int64_t>(rows.size())};
  const std::int64_t below = first + strip.height;
  for (; !waiting_.empty() && zones_[waiting_.back()].bounds.y < below; waiting_.pop_back())
    active_.push_back(waiting_.back());
  for (const std::size_t i : active_) {
    const Window window = intersect(zones_[i].bounds, strip);
    if (window.empty()) continue;
    inside_.assign(static_cast<std::size_t>(window.width * window.height), 0);
    zones_[i].polygons.fill(window, inside_);
    const std::uint8_t* line = inside_.data();
    for (std::int64_t y = 0; y < window.height; ++y, line += window.width) {
      const std::int64_t row = window.y + y;
      const std::uint8_t* const last = line + window.width;
      for (const std::uint8_t* from = line; (from = std::find(from, last, std::uint8_t{1})) != last;) {
        const std::uint8_t* to = std::find(from, last, std::uint8_t{0});
        add_row(found_[i], window.x + (from - line), window.x + (to - line), row,
                rows[static_cast<std::size_t>(row - first)]);
        from = to;
      }
    }
  }
  std::erase_if(active_,
                [&](std::size_t i) { return zones_[i].bounds.y + zones_[i].bounds.height <= below; });
}

bool ZoneTally::has_areas() const {
  const auto finite = [](const ZoneArea& area) { return std::isfinite(area.area_m2); };
  return areas_ != nullptr && std::all_of(found_.begin(), found_.end(), [&](const Found& found) {
           return finite(found.nodata) && std::all_of(found.classes.begin(), found.classes.end(), finite);
         });
}

}  // namespace terramask::zones
