// What colours say of classes: the joint histogram of an image and its labels.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace terramask::labels {

/// A pixel's colour as one number; kNoColor where the image is invalid.
using ColorBin = std::uint16_t;
inline constexpr ColorBin kNoColor = 0xffff;

/// Brightness and differences of up to three bands, each cut into equally frequent steps, whatever the bands'
/// units.
class ColorBins {
 public:
  /// @param planes bands × count values of a sample; only those with valid != 0 count
  ColorBins(std::size_t bands, std::span<const float> planes, std::span<const std::uint8_t> valid);

  std::size_t count() const;
  void apply(std::span<const float> planes, std::span<const std::uint8_t> valid,
             std::span<ColorBin> bins) const;

 private:
  std::array<float, 3> features(std::span<const float> planes, std::size_t pixels, std::size_t pixel) const;

  std::size_t bands_;
  std::array<std::vector<float>, 3> edges_;  ///< between steps, by feature
};

/// log P(class | colour) / P(class): what a pixel's colour adds to the mutual information of image and labels
/// (Viola and Wells 1997, Maes et al. 1997) where the label is that class.
class ColorModel {
 public:
  /// Classes have codes 1 to `classes`.
  ColorModel(std::size_t classes, std::size_t bins);

  void add(std::uint16_t code, ColorBin bin) { ++counts_[(code - 1U) * bins_ + bin]; }
  /// All that was added to another.
  void add(const ColorModel& other);
  /// Makes the scores of what was added. A colour that was hardly seen says nothing.
  void finish();

  std::size_t classes() const { return classes_; }
  /// By bin; 0 for kNoColor is up to the reader.
  std::span<const float> scores(std::uint16_t code) const {
    return std::span(scores_).subspan((code - 1U) * bins_, bins_);
  }
  /// Mutual information of class and colour, nats a pixel.
  double information() const { return information_; }

 private:
  std::size_t classes_, bins_;
  std::vector<std::uint32_t> counts_;
  std::vector<float> scores_;
  double information_ = 0;
};

}  // namespace terramask::labels
