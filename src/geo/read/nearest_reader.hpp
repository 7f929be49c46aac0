// Reads a raster's own values at the pixel centres of another grid: for labels, which must not be averaged.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "geo/base/grid_mapping.hpp"
#include "geo/read/file_reader.hpp"

namespace terramask::geo {

/// Each pixel of the grid gets the value of the source pixel that contains its centre. It is invalid outside
/// the source and where that source pixel is (nodata, NaN, alpha 0, mask band). A pixel's value does not
/// depend on the window. If neither raster has georeferencing, or one lacks it and they have the same size,
/// pixels correspond one to one. Not thread-safe.
class NearestReader {
 public:
  /// @param bands 1-based bands of the file
  /// @throws Error mismatch if the two do not overlap or cannot be overlaid; and as opening a raster throws
  NearestReader(const std::string& path, const std::vector<int>& bands, const Grid& grid,
                const std::string& grid_name);
  NearestReader(const FileFacts& facts, const std::vector<int>& bands, const Grid& grid,
                const std::string& grid_name);

  /// @param values bands × height × width, exact up to 2^24; unspecified where invalid
  void read(const Window& window, std::span<float> values, std::span<std::uint8_t> valid);

  /// Whether georeferencing had to be assumed.
  bool assumed() const { return assumed_; }
  /// See local_crs_note; may be empty.
  const std::string& note() const { return note_; }

 private:
  void read_shifted(const Window& window, std::span<float> values, std::span<std::uint8_t> valid);
  void read_mapped(const Window& part, const Window& window, std::span<float> values,
                   std::span<std::uint8_t> valid);

  std::size_t bands_;
  Window extent_;  ///< of the source
  bool assumed_ = false;
  std::string note_;
  std::optional<std::array<std::int64_t, 2>> shift_;  ///< from the grid's pixels to the source's
  std::optional<GridMapping> mapping_;
  std::unique_ptr<FileReader> file_;
  std::vector<double> columns_, rows_;
  std::vector<float> held_values_;
  std::vector<std::uint8_t> held_valid_;
};

}  // namespace terramask::geo
