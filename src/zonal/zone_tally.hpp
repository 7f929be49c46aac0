// Counts pixels by class in zones that may overlap.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "geo/base/pixel_area.hpp"
#include "geo/vector/zone_layer.hpp"
#include "terramask/zonal.hpp"
#include "vectorize/mask_rows.hpp"

namespace terramask::zones {

class ZoneTally {
 public:
  ZoneTally(const std::vector<geo::Zone>& zones, const Grid& grid, const std::vector<ClassInfo>& classes);

  /// Rows from `first` on, each as runs over the whole width; strip by strip from the top.
  /// @throws Error mismatch for more values than any legend has
  void add(std::int64_t first, std::span<const std::vector<vectors::Run>> rows);

  /// The legend's values, then others in the order in which they were met.
  const std::vector<std::int32_t>& values() const { return values_; }
  /// Of a zone, by values(); shorter where it ends without any.
  const std::vector<ZoneArea>& classes(std::size_t zone) const { return found_[zone].classes; }
  const ZoneArea& nodata(std::size_t zone) const { return found_[zone].nodata; }
  bool has_areas() const;

 private:
  struct Found {
    std::vector<ZoneArea> classes;
    ZoneArea nodata;
  };

  void add_row(Found& found, std::int64_t begin, std::int64_t end, std::int64_t row,
               std::span<const vectors::Run> runs);
  ZoneArea& place(Found& found, std::int32_t value);

  const std::vector<geo::Zone>& zones_;
  Grid grid_;
  std::unique_ptr<geo::PixelAreas> areas_;
  std::vector<std::int32_t> values_;
  std::unordered_map<std::int32_t, std::size_t> index_of_;
  std::vector<Found> found_;
  std::vector<std::size_t> waiting_;  ///< zones that begin further down, the topmost last
  std::vector<std::size_t> active_;
  std::vector<std::uint8_t> inside_;
};

}  // namespace terramask::zones
