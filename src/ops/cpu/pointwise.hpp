// 1 × 1 convolutions on the CPU, and operators built from them.
#pragma once

#include <cstdint>

#include "cpu/loops.hpp"
#include "ops/activation/activation.hpp"
#include "terramask/operator.hpp"

namespace terramask::ops {

/// Multiplies each operand pixel by one matrix per tap; each tap has its own result pixel. This covers 1 × 1
/// convolutions of any stride and transposed convolutions whose windows do not overlap. The bits of each
/// result depend on its operands only; in oneDNN's 1 × 1 convolution the order of summation depends on the
/// number of rows, the number of threads and cache sizes.
class Pointwise {
 public:
  struct Options {
    Shape x{}, y{};
    int x_block = 1, y_block = 1;  ///< channels stored together
    int lanes = 16;                ///< channels computed at once
    Extent2 from{1, 1};            ///< reads operand pixels (i · from.h, j · from.w)
    Extent2 taps{1, 1}, to{1, 1};  ///< writes result pixels (i · to.h + u, j · to.w + v), u and v < taps
    bool turned = false;           ///< weights are I × O × taps, not O × I × taps
    Activation activation{};
  };
  explicit Pointwise(const Options& options);

  int x_block() const { return options_.x_block; }
  int y_block() const { return options_.y_block; }
  std::int64_t weight_elements() const;
  /// For operands that must be rearranged before computing.
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
  std::int64_t inputs_, outputs_;  ///< rounded up to whole groups
  std::int64_t rows_, columns_;    ///< of operand pixels read
  std::int64_t run_ = 1;           ///< pixels per job
  std::int64_t width_ = 1;         ///< groups of outputs per job
};

}  // namespace terramask::ops
