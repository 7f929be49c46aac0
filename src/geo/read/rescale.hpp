// Reads a raster on a grid of larger or smaller pixels with the same origin and orientation.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "geo/read/filter.hpp"
#include "geo/read/grid_reader.hpp"

namespace terramask::geo {

/// Averages (down) or interpolates (up), each axis separately. A pixel's value is N / D with N = Σ w v over
/// its valid source pixels and D = Σ w. Both are summed in an order that depends only on the pixel, first
/// down the columns and then along the row, so the result does not depend on the window. All bands share the
/// validity of the pixel.
class RescaledReader final : public GridReader {
 public:
  /// @param source must outlive this
  /// @param scale  source pixels per pixel, along columns and rows
  RescaledReader(GridReader& source, const Window& source_extent, std::array<double, 2> scale,
                 std::size_t bands);
  /// For a grid with another origin.
  /// @param offset of its corner in the source, in source pixels; windows must contain only pixels with their
  /// centres inside
  RescaledReader(GridReader& source, const Window& source_extent, std::array<double, 2> offset,
                 std::array<double, 2> scale, std::size_t bands);

  void read(const Window& window, Planes planes, std::span<std::uint8_t> valid) override;
  void advise(const Window& window) override;
  bool always_valid() const override { return source_.always_valid(); }

 private:
  /// Along columns (0) or rows (1).
  AxisFilter filter(std::size_t axis, std::int64_t begin, std::int64_t size) const;
  void read_part(const Window& part, const Window& window, Planes planes, std::span<std::uint8_t> valid);
  void resample_row(std::size_t row, const Window& source, bool all_valid, float* values, std::size_t stride,
                    std::uint8_t* valid);

  GridReader& source_;
  Window source_extent_;
  std::optional<std::array<double, 2>> offset_;
  std::array<double, 2> scale_;
  std::size_t bands_;
  AxisFilter columns_;
  AxisFilter rows_;
  std::vector<float> source_values_;
  std::vector<std::uint8_t> source_valid_;
  std::vector<float> sums_;     ///< of one band, down the columns
  std::vector<float> weights_;  ///< of the valid pixels, down the columns
  std::vector<float> inverse_;  ///< 1 / D of the row's pixels
};

}  // namespace terramask::geo
