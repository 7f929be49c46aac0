// The last stage: from a tile's network outputs to pixels of the mask and the probabilities.
#pragma once

#include "segment/blend.hpp"
#include "segment/pipeline.hpp"

namespace terramask::segment {

class MaskMaker {
 public:
  /// @param probabilities may be null
  MaskMaker(const SegmentTask& task, const Model& model, MaskWriter& mask, ProbabilityWriter* probabilities);

  void add(TileResult& result);

  std::uint64_t pixels() const { return pixels_; }
  std::uint64_t valid_pixels() const { return valid_pixels_; }
  /// Pixels that are nodata because the network's output is not finite.
  std::uint64_t without_result() const { return without_result_; }
  /// Pixels by class index.
  const std::vector<std::uint64_t>& counts() const { return counts_; }
  /// Mean of the largest probability over valid pixels, if the options request it; 0 if no pixel is valid.
  double mean_confidence() const {
    return valid_pixels_ > 0 ? confidence_ / static_cast<double>(valid_pixels_) : 0;
  }

 private:
  void exact(TileResult& result);
  void back(TileResult& result);
  void blended(TileResult& result);
  /// Writes what of `window` (whole output grid) lies in the region. `classes` holds class indices, `valid`
  /// validity.
  void write(const Window& window, std::span<const std::int32_t> classes, std::span<const std::uint8_t> valid,
             std::span<const float> probabilities);

  void add_confidence(const Window& window, const Window& part, std::span<const std::uint8_t> inside,
                      std::span<const float> probabilities);

  const SegmentTask& task_;
  const Model& model_;
  MaskWriter& mask_;
  ProbabilityWriter* probabilities_;
  std::optional<Blend> blend_;
  std::uint64_t pixels_ = 0, valid_pixels_ = 0, without_result_ = 0;
  double confidence_ = 0;
  std::vector<std::uint64_t> counts_;
};

}  // namespace terramask::segment
