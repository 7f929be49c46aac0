// From the grid that the model saw back to the raster's own: probabilities are resampled, then the largest is
// taken.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "terramask/grid.hpp"

namespace terramask::segment {

/// Both grids begin at the same corner; `scale` is source pixels per working pixel, by axis (columns, rows).
/// Up (source finer): bilinear between working pixel centres. Down: the mean over the working pixels under a
/// source pixel, weighted by area. Invalid working pixels weigh nothing where a valid one is near.
class ResampleBack {
 public:
  ResampleBack(std::array<double, 2> scale, const Grid& working, const Grid& source)
      : scale_(scale), working_(working.extent()), source_(source.extent()) {}

  /// Working pixels beyond a tile that its source pixels look at.
  std::int64_t margin() const;
  /// Source pixels that a tile of the working grid answers for: their centres lie in it. The tiles of a
  /// partition give a partition.
  Window source_window(const Window& tile) const;
  /// The working pixels that `source` looks at, clipped to the working grid.
  Window working_window(const Window& source) const;

  /// @param from       window of the working grid that holds working_window(to)
  /// @param values     classes × from.height × from.width
  /// @param valid      from.height × from.width
  /// @param result     classes × to.height × to.width
  void run(const Window& from, std::span<const float> values, std::span<const std::uint8_t> valid,
           const Window& to, std::size_t classes, std::vector<float>& result) const;

 private:
  struct Tap {
    std::int64_t position;
    double weight;
  };
  using Taps = std::vector<std::vector<Tap>>;
  Taps taps(std::int64_t begin, std::int64_t size, double scale, std::int64_t extent) const;

  std::array<double, 2> scale_;
  Window working_, source_;
};

}  // namespace terramask::segment
