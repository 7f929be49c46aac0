// How well the labels of a block fit the image, by how far they are moved.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "labels/rendered/color_model.hpp"

namespace terramask::labels {

/// Where (x, y) stands in rows of `stride`.
inline std::size_t place(int x, int y, int stride) {
  return static_cast<std::size_t>(y) * static_cast<std::size_t>(stride) + static_cast<std::size_t>(x);
}

/// A square of labels with the image around it: `margin` pixels more on each side of both. Codes are 0 where
/// there is no label.
struct BlockPixels {
  int side = 0;    ///< of the block
  int margin = 0;  ///< at least as far as labels may have to be moved
  std::vector<std::uint16_t> codes;
  std::vector<ColorBin> colors;

  int stride() const { return side + 2 * margin; }
  std::size_t index(int x, int y) const { return place(x, y, stride()); }
};

/// Where all of the image within `reach` (a square) of a pixel is valid: the pixels whose score can be told
/// for every offset. Over the whole of the block's pixels.
std::vector<std::uint8_t> movable(const BlockPixels& block, int reach);

/// A block's quarters (left to right, then down) are scored with a model of their own, which was learnt
/// without them: what has been learnt by heart fits best where it was learnt, and would pass for agreement.
inline constexpr std::size_t kQuarters = 4;
using QuarterModels = std::array<ColorModel, kQuarters>;

/// Σ over the labels of a square of score(label, colour at the label's pixel + offset), by offset (dx, dy),
/// each from −reach to reach, for each of parts × parts squares of the block. A label counts where it is
/// movable, so that each offset has the same labels, and none gains by what it leaves out.
class OffsetSurface {
 public:
  /// @param parts even
  OffsetSurface(int reach, int parts);

  int reach() const { return reach_; }
  int size() const { return 2 * reach_ + 1; }
  std::size_t parts() const { return place(0, parts_, parts_); }
  std::size_t offsets() const { return place(0, size(), size()); }
  std::size_t at(int dx, int dy) const { return place(dx + reach_, dy + reach_, size()); }
  std::array<int, 2> offset(std::size_t at) const {
    return {static_cast<int>(at) % size() - reach_, static_cast<int>(at) / size() - reach_};
  }
  std::span<const float> part(std::size_t i) const { return slice(sums_, i); }
  std::vector<double> total() const;
  /// Labels of a part that would meet another label if all were moved by an offset against themselves: as
  /// much as the part can lose.
  std::span<const float> changes(std::size_t i) const { return slice(changes_, i); }

  void measure(const BlockPixels& block, const QuarterModels& models);

 private:
  struct Quarter;
  std::span<const float> slice(const std::vector<float>& values, std::size_t i) const {
    return std::span(values).subspan(i * offsets(), offsets());
  }
  void measure_class(const BlockPixels& block, const Quarter& quarter, const ColorModel& model,
                     std::uint16_t code);
  void add_run(float* to, const float* prefix, int stride, int begin, int end, float sign) const;

  int reach_, parts_;
  std::vector<float> sums_, changes_;
  std::vector<float> scores_, same_;  ///< one class's, summed along the rows of a quarter and its margin
};

}  // namespace terramask::labels
