// A mask's rows as runs of one value.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "geo/read/file_facts.hpp"
#include "geo/read/file_reader.hpp"
#include "geo/read/validity.hpp"
#include "terramask/class_info.hpp"
#include "terramask/grid.hpp"

namespace terramask::vectors {

inline constexpr std::int32_t kNoData = -1;

/// Pixels up to column `end` (not included) that follow the run before.
struct Run {
  std::int32_t end = 0;
  std::int32_t value = kNoData;  ///< a class value, or kNoData
};

/// A raster that was found fit to be a mask.
struct Mask {
  geo::FileFacts facts;
  int band = 1;
  geo::NodataOption nodata;
  Grid grid;                       ///< the file's, with the CRS that was assigned
  std::vector<ClassInfo> classes;  ///< those it names; may be empty
  std::optional<PixelSize> pixel;  ///< on the ground

  /// The name and colour of a value; empty ones where the mask does not tell.
  ClassInfo info(std::int32_t value) const;
};

/// @throws Error mismatch for several bands, and what opening a raster throws
Mask open_mask(const std::string& path, const std::string& crs, const std::string& src_nodata);

class MaskRows {
 public:
  /// @param rows_at_once  0: as many as some megabytes hold. It changes nothing but the speed.
  explicit MaskRows(const Mask& mask, std::int64_t rows_at_once = 0);

  /// The next row; false after the last. Neighbouring runs differ.
  /// @throws Error mismatch for values that are no whole number from 0 to 2^24, and what reading throws
  bool next(std::vector<Run>& runs);

 private:
  void read_strip();
  std::int32_t class_value(float value, std::int64_t column) const;

  std::string path_;
  Grid grid_;
  geo::FileReader reader_;
  std::int64_t strip_rows_;
  std::int64_t row_ = 0;
  Window strip_{};
  std::vector<float> values_;
  std::vector<std::uint8_t> valid_;
};

/// How many rows of `bytes_a_pixel` are read at once.
std::int64_t strip_rows(const Grid& grid, std::size_t bytes_a_pixel);

}  // namespace terramask::vectors
