// The classes of a label raster, seen on an image's grid.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "geo/base/grid_mapping.hpp"
#include "geo/read/file_reader.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

/// What the values 0 to 65535 of a label raster mean: a code each. Any other value has none.
using LabelCodes = std::vector<std::uint16_t>;
inline constexpr std::uint16_t kIgnoredLabel = 0;  ///< and so is what no label raster covers

/// A label raster over an image: what both are, and where the labels lie. Copies share nothing that changes.
struct LabelPlace {
  FileFacts facts;
  Grid grid;  ///< the raster's own, or the image's where the labels say nothing of their place
  std::string warning;
  std::size_t band = 1;
  /// Of a raster of colours: its bands of red, green and blue (1-based), else empty. Its values are 0xrrggbb.
  std::vector<int> color_bands{};
  /// The colours that codes are given for, in order of their values: colour i has code i.
  std::vector<std::uint32_t> colors{};

  bool colored() const { return !color_bands.empty(); }
};

/// The grid of a map or label raster that is laid over an image: its own, or the image's where it says
/// nothing of its place and is of the image's size (told in `warning`). Throws mismatch where the two cannot
/// be laid over each other or do not overlap.
Grid place_over(const FileFacts& laid, const Grid& image, const std::string& image_name,
                std::string& warning);

/// The pixels of `laid` that `target` touches, and one more all around.
Window touched_window(const GridMapping& from_target, const Window& laid);

/// Opens a label raster over an image with this grid (its own, not resampled).
/// Throws mismatch where the two cannot be laid over each other or do not overlap, unsupported for a raster
/// of several bands that are not red, green and blue in bytes, and what opening a raster throws.
LabelPlace place_labels(const std::string& path, const Grid& image, const std::string& image_name);

/// Not thread-safe: one a thread.
class LabelReader {
 public:
  /// @param target  the grid to read on: the image's, or its working grid
  LabelReader(const LabelPlace& place, const Grid& target);

  /// How often each value occurs in the part of the raster that the target's extent touches; masked pixels
  /// aside.
  std::map<double, std::uint64_t> count_values();

  /// Codes on the target grid: of the label pixel at a pixel's centre, or, where label pixels are the smaller
  /// ones, the code that covers most of the pixel (the smaller code of two); kIgnoredLabel outside the label
  /// raster, where it is masked, and for values without a code.
  void read(const Window& window, const LabelCodes& codes, std::span<std::uint16_t> classes);

  /// How far from a pixel's centre the label pixels reach that its code is made of, in pixels of the target.
  double reach() const { return reach_; }

  /// By how much labels lie elsewhere on the target than on the ground, in pixels of the target, in the mean
  /// over the window: the label pixel at a pixel's centre is drawn as if it were centred there. (0, 0) where
  /// label pixels are the smaller ones.
  std::array<double, 2> displacement(const Window& window) const;

 private:
  void read_codes(const Window& window, const LabelCodes& codes);
  void read_part(const Window& part, const Window& window, const LabelCodes& codes,
                 std::span<std::uint16_t> classes);
  std::uint16_t nearest(double column, double row, const Window& held) const;
  std::uint16_t mode(double column, double row, const Window& held);

  void read_values(const Window& window);

  Window extent_;
  std::size_t bands_;
  std::vector<std::uint32_t> colors_;
  FileReader file_;
  GridMapping mapping_;
  bool direct_;
  bool reduced_;
  double reach_ = 0.5;
  Window touched_;             ///< the part of the raster under the target
  std::vector<float> values_;  ///< of colours: 0xrrggbb, which a float holds
  std::vector<float> planes_;
  std::vector<std::uint8_t> valid_;
  std::vector<std::uint16_t> held_;
  std::vector<double> columns_, rows_;
  std::vector<std::pair<std::uint16_t, double>> tally_;
};

}  // namespace terramask::geo
