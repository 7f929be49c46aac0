// Iteration over the pixels of a loss, for the CPU kernels of all losses.
#pragma once

#include <limits>
#include <vector>

#include "cpu/builder.hpp"
#include "ops/cpu/flat.hpp"
#include "ops/pixel_loss/terms.hpp"

namespace terramask::ops {

/// A loss's first three operands.
struct Labelled {
  cpu::Image<const float> logits;
  cpu::Image<const std::int32_t> labels;
  cpu::Image<const float> weights;

  explicit Labelled(const cpu::Builder& builder)
      : logits(builder.operand(0)),
        labels(builder.operand<const std::int32_t>(1)),
        weights(builder.operand(2)) {}

  /// Rows of the whole batch: the runs into which sums are split.
  std::int64_t rows() const { return logits.shape.n() * logits.shape.h(); }

  /// Calls work(column, logits, label, weight) for every pixel of a row whose weight is not 0. An invalid
  /// label sets the logits to NaN.
  template <class Work>
  void each_in_row(std::int64_t index, const Work& work) const {
    const Shape& shape = logits.shape;
    const std::int64_t n = index / shape.h(), row = index % shape.h();
    std::vector<float> z(static_cast<std::size_t>(shape.c()));
    const std::int32_t* const label = labels.channel_row(n, 0, row);
    const float* const weight = weights.channel_row(n, 0, row);
    for (std::int64_t j = 0; j < shape.w(); ++j) {
      if (weight[j] == 0) continue;
      const bool known = is_label(z.size(), label[j]);
      for (std::size_t c = 0; c < z.size(); ++c)
        z[c] = known ? logits.channel_row(n, static_cast<std::int64_t>(c), row)[j * logits.block]
                     : std::numeric_limits<float>::quiet_NaN();
      work(j, std::span<const float>(z), known ? label[j] : 0, weight[j]);
    }
  }
};

/// The probability of each label given the true class, row by label; empty if the loss uses none.
struct Chances {
  const float* values = nullptr;
  std::size_t channels = 0;

  explicit Chances(const cpu::Builder& builder)
      : values(builder.operands() > 3 ? flat(builder.operand(3)) : nullptr),
        channels(static_cast<std::size_t>(builder.operand_shape(0).c())) {}

  std::span<const float> of(std::int64_t label) const {
    if (values == nullptr) return {};
    return {values + static_cast<std::size_t>(label) * channels, channels};
  }
};

/// Sets a row of a gradient to 0; pixels are then set one by one.
class GradientRow {
 public:
  GradientRow(const cpu::Image<float>& image, std::int64_t index)
      : image_(image), n_(index / image.shape.h()), row_(index % image.shape.h()) {
    for (std::int64_t c = 0; c < image.shape.c(); ++c)
      for (std::int64_t j = 0; j < image.shape.w(); ++j) at(c, j) = 0;
  }
  float& at(std::int64_t c, std::int64_t column) const {
    return image_.channel_row(n_, c, row_)[column * image_.block];
  }

 private:
  const cpu::Image<float>& image_;
  std::int64_t n_, row_;
};

}  // namespace terramask::ops
