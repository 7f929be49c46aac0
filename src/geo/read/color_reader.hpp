// Reads a raster as colours, for maps and pictures.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "geo/read/file_reader.hpp"
#include "terramask/raster_reader.hpp"

namespace terramask::geo {

/// Red, green and blue of a Byte raster: its bands of these colours, else its first three, a palette's
/// colours, or one grey band. Pixels are invalid by nodata, alpha 0 and mask bands. Not thread-safe.
class ColorReader {
 public:
  /// @throws Error unsupported for values that are not bytes, or for two bands; and as opening a raster
  /// throws
  explicit ColorReader(const std::string& path);

  const Grid& grid() const { return facts_.grid; }
  const std::string& path() const { return facts_.path; }
  /// The raster's attribution, from its metadata or its name.
  const Credits& credits() const { return credits_; }

  /// @param colors height × width
  /// @param valid  height × width, 1 or 0
  void read(const Window& window, std::span<std::array<std::uint8_t, 3>> colors,
            std::span<std::uint8_t> valid);

 private:
  explicit ColorReader(DatasetPtr dataset, const std::string& path);

  FileFacts facts_;
  Credits credits_;
  std::vector<std::array<std::uint8_t, 4>> palette_;  ///< with alpha; empty if there is none
  std::vector<BandSlot> slots_;
  FileReader file_;
  std::vector<float> values_;
};

}  // namespace terramask::geo
