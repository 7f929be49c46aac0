#include "geo/write/class_tally.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "terramask/error.hpp"

namespace terramask::geo {

ClassTally::ClassTally(const Grid& grid, std::span<const ClassInfo> classes, int nodata)
    : areas_(PixelAreas::make(grid)), index_of_(65536, kUnknown), totals_(classes.size() + 1) {
  for (std::size_t i = 0; i < classes.size(); ++i)
    index_of_[static_cast<std::size_t>(classes[i].value)] = static_cast<int>(i);
  index_of_[static_cast<std::size_t>(nodata)] = static_cast<int>(classes.size());
}

void ClassTally::add(const Window& window, std::span<const std::uint16_t> values) {
  const auto width = static_cast<std::size_t>(window.width);
  const auto nodata = static_cast<int>(totals_.size()) - 1;
  for (std::int64_t row = 0; row < window.height; ++row) {
    const std::span line = values.subspan(static_cast<std::size_t>(row) * width, width);
    // Masks consist of runs of one value: the cost is per run, not per pixel.
    for (std::size_t begin = 0; begin < width;) {
      const std::uint16_t value = line[begin];
      std::size_t end = begin + 1;
      while (end < width && line[end] == value) ++end;
      const int index = index_of_[value];
      if (index == kUnknown)
        throw Error(ErrorCode::internal,
                    fmt::format("MaskWriter: {} at column {}, row {} is not a class value", value,
                                window.x + static_cast<std::int64_t>(begin), window.y + row));
      Total& total = totals_[static_cast<std::size_t>(index)];
      total.pixels += end - begin;
      if (areas_ != nullptr && index != nodata)
        total.area += areas_->run(window.x + static_cast<std::int64_t>(begin),
                                  window.x + static_cast<std::int64_t>(end), window.y + row);
      begin = end;
    }
  }
}

bool ClassTally::has_areas() const {
  return areas_ != nullptr && std::all_of(totals_.begin(), totals_.end(),
                                          [](const Total& total) { return std::isfinite(total.area); });
}

}  // namespace terramask::geo
