// Reads a raster on another raster's grid.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "geo/base/grid_mapping.hpp"
#include "geo/read/grid_reader.hpp"

namespace terramask::geo {

/// Bilinear, or an average over the pixel's span if that exceeds one source pixel (the span is measured once,
/// at the grid's centre). Source pixels outside the raster or invalid have no weight. A pixel is valid if its
/// centre is in the raster and half of its weight is valid.
class WarpedReader final : public GridReader {
 public:
  /// @param source  reads `bands` planes (0, 1, ...) on `source_grid`
  /// @param planes  their destinations
  WarpedReader(std::unique_ptr<GridReader> source, const Grid& source_grid, const Grid& grid,
               std::vector<std::size_t> planes, const std::string& name, const std::string& grid_name);

  void read(const Window& window, Planes planes, std::span<std::uint8_t> valid) override;
  void advise(const Window& window) override;
  bool always_valid() const override { return false; }

 private:
  /// The window of source pixels that contribute at these positions; empty if none is in the source.
  Window touched() const;
  void read_part(const Window& part, const Window& window, Planes planes, std::span<std::uint8_t> valid);
  void sample(double column, double row, const Window& held, std::size_t at, Planes planes,
              std::uint8_t& valid);

  std::unique_ptr<GridReader> source_;
  Window extent_;
  GridMapping mapping_;
  std::vector<std::size_t> planes_;
  std::array<double, 2> span_{1, 1};
  std::vector<double> columns_;
  std::vector<double> rows_;
  std::vector<float> held_values_;
  std::vector<std::uint8_t> held_valid_;
  std::vector<float> sums_;
};

}  // namespace terramask::geo
