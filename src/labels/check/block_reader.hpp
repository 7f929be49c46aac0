// Blocks of an image with its labels, and a model's mask where there is one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evaluate/pictures.hpp"
#include "geo/read/label_reader.hpp"
#include "labels/check/check.hpp"

namespace terramask::labels {

/// Which bands colours are made of, by index: red, green and blue where they are named so, else the first
/// ones, at most three.
std::vector<std::size_t> color_bands(const std::vector<BandRequest>& found);

class BlockReader {
 public:
  BlockReader(const CheckOptions& options);

  const Grid& grid() const { return grid_; }
  const std::string& image_name() const { return reader_->name(); }
  std::int64_t columns() const { return (grid_.width + side_ - 1) / side_; }
  std::int64_t rows() const { return (grid_.height + side_ - 1) / side_; }
  const std::vector<std::string>& warnings() const { return warnings_; }
  /// Of a block, cut at the image's border.
  Window window(std::int64_t index) const;

  /// Values of the bands that make colours, as planes of the window, and their validity.
  void read_colors(const Window& window, std::vector<float>& planes, std::vector<std::uint8_t>& valid);
  std::size_t bands() const { return bands_.size(); }
  /// With a margin of `margin` pixels, codes and colours; what lies outside the image has neither.
  BlockPixels read(std::int64_t index, int margin, const ColorBins& bins);
  /// Codes of labels and model over the image's part of a window; the model's are empty where there is none.
  void read_codes(const Window& window, std::vector<std::uint16_t>& labels,
                  std::vector<std::uint16_t>& model);
  /// The image as people see it.
  evaluation::Picture picture(const Window& window) const;
  /// How far labels moved, in pixels, when they were laid onto the image's grid there.
  std::array<double, 2> displacement(const Window& window) { return labels_.displacement(window); }

 private:
  const CheckOptions& options_;
  std::int64_t side_;
  std::unique_ptr<RasterReader> reader_;
  Grid grid_;
  std::vector<std::size_t> bands_;
  std::vector<std::string> warnings_;
  geo::LabelReader labels_;
  std::optional<geo::LabelReader> model_;
  std::vector<float> values_;
};

}  // namespace terramask::labels
