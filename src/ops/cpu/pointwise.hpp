// 1 × 1 convolutions on the CPU, and what is made of them.
#pragma once

#include <cstdint>

#include "cpu/loops.hpp"
#include "ops/activation/activation.hpp"
#include "terramask/operator.hpp"

namespace terramask::ops {

/// Every operand pixel times a matrix for each tap, to a result pixel of that tap's own: 1 × 1 convolutions
/// of any stride, and transposed convolutions whose windows lie side by side. Every result's bits depend on
/// its operands alone. oneDNN's own 1 × 1 convolution cuts its sums by the number of rows, by the number of
/// threads and by the sizes of caches, so that results depend on all three.
class Pointwise {
 public:
  struct Options {
    Shape x{}, y{};
    int x_block = 1, y_block = 1;  ///< channels beside each other
    int lanes = 16;                ///< channels computed at once
    Extent2 from{1, 1};            ///< operand pixels (i · from.h, j · from.w) are taken
    Extent2 taps{1, 1}, to{1, 1};  ///< result pixels (i · to.h + u, j · to.w + v) are made, u and v < taps
    bool turned = false;           ///< weights stand I × O × taps, not O × I × taps
    Activation activation{};
  };
  explicit Pointwise(const Options& options);

  int x_block() const { return options_.x_block; }
  int y_block() const { return options_.y_block; }
  std::int64_t weight_elements() const;
  /// For operands that do not lie as they are computed with.
  std::int64_t scratch_elements() const;
  void pack(const float* weights, float* packed) const;

  struct Buffers {
    const float *x, *weights, *bias;  ///< bias may be null
    float *y, *scratch;
  };
  void run(const Buffers& buffers) const;

 private:
  template <int lanes>
  void run_lanes(const Buffers& buffers) const;
  template <int lanes>
  void multiply_pixels(const Buffers& buffers, const float* x, std::int64_t run, std::int64_t tap,
                       std::int64_t output) const;
  template <int lanes>
  void finish(const Buffers& buffers, float* products, std::int64_t image, std::int64_t pixel,
              std::int64_t count, std::int64_t tap, std::int64_t output) const;
  void gather(const float* x, float* gathered) const;
  void fill_gaps(const float* bias, float* y) const;
  bool as_it_lies() const { return options_.x_block == options_.lanes && options_.from == Extent2{1, 1}; }

  Options options_;
  std::int64_t inputs_, outputs_;  ///< filled up to whole groups
  std::int64_t rows_, columns_;    ///< of operand pixels that are taken
  std::int64_t run_ = 1;           ///< pixels that a job takes
  std::int64_t width_ = 1;         ///< groups of outputs that a job makes
};

}  // namespace terramask::ops
