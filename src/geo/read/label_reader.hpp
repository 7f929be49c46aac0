// Reads the classes of a label raster on an image's grid.
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

/// The code of each value 0 to 65535 of a label raster. Other values have no code.
using LabelCodes = std::vector<std::uint16_t>;
inline constexpr std::uint16_t kIgnoredLabel = 0;  ///< also where no label raster covers a pixel

/// A label raster over an image: its metadata and its position. Copies share no mutable state.
struct LabelPlace {
  FileFacts facts;
  Grid grid;  ///< the raster's own, or the image's if the labels have no georeferencing
  std::string warning;
  std::size_t band = 1;
  /// For a raster of colours: its red, green and blue bands (1-based), else empty. Its values are 0xrrggbb.
  std::vector<int> color_bands{};
  /// The colours that have codes, in ascending order: colour i has code i.
  std::vector<std::uint32_t> colors{};

  bool colored() const { return !color_bands.empty(); }
};

/// The grid of a map or label raster over an image: its own, or the image's if it has no georeferencing and
/// is of the image's size (reported in `warning`). Throws mismatch if the two cannot be overlaid or do not
/// overlap.
Grid place_over(const FileFacts& laid, const Grid& image, const std::string& image_name,
                std::string& warning);

/// The pixels of `laid` that `target` touches, and a margin of one pixel.
Window touched_window(const GridMapping& from_target, const Window& laid);

/// Opens a label raster over an image with this grid (the image's own, not resampled). Throws mismatch if the
/// two cannot be overlaid or do not overlap, unsupported for a raster of several bands that are not red,
/// green and blue bytes, and as opening a raster throws.
LabelPlace place_labels(const std::string& path, const Grid& image, const std::string& image_name);

/// Not thread-safe: use one per thread.
class LabelReader {
 public:
  /// @param target  the grid to read on: the image's, or its working grid
  LabelReader(const LabelPlace& place, const Grid& target);

  /// Number of occurrences of each value in the part of the raster that the target's extent touches, without
  /// masked pixels.
  std::map<double, std::uint64_t> count_values();

  /// Codes on the target grid: that of the label pixel at a pixel's centre, or, if label pixels are smaller,
  /// the code that covers most of the pixel (the smaller code if tied). kIgnoredLabel outside the label
  /// raster, where it is masked, and for values without a code.
  void read(const Window& window, const LabelCodes& codes, std::span<std::uint16_t> classes);

  /// Maximum distance from a pixel's centre to the label pixels that determine its code, in pixels of the
  /// target.
  double reach() const { return reach_; }

  /// Mean offset, over the window, of labels on the target from their true position, in pixels of the target:
  /// the label pixel at a pixel's centre is drawn as if it were centred there. (0, 0) if label pixels are
  /// smaller.
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
  std::vector<float> values_;  ///< colours are 0xrrggbb, which a float represents exactly
  std::vector<float> planes_;
  std::vector<std::uint8_t> valid_;
  std::vector<std::uint16_t> held_;
  std::vector<double> columns_, rows_;
  std::vector<std::pair<std::uint16_t, double>> tally_;
};

}  // namespace terramask::geo
