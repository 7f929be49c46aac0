// Winograd convolution F(4,3) on the CPU: 3 × 3, stride 1, padding 1.
#pragma once

#include <cstdint>
#include <vector>

#include "ops/activation/activation.hpp"
#include "terramask/plan.hpp"

namespace terramask::ops {

/// Computes a tile of 4 × 4 results from 6 × 6 operands with 36 products instead of 144. The bits of each
/// result depend on its tile's operands only; in oneDNN's F(4,3) the order of summation depends on the number
/// of tiles and threads and on cache sizes.
class Winograd {
 public:
  /// Convolves images of `shape` in blocks of `block` channels (8 or 16) to `outputs` channels in blocks of
  /// the same size.
  /// @param seams where pixels must not be computed together
  /// @param activation none or relu
  Winograd(const Shape& shape, std::int64_t outputs, int block, const ImageSeams& seams, int threads,
           const Activation& activation);

  int x_block() const { return block_; }
  int y_block() const { return block_; }
  std::int64_t weight_elements() const;
  std::int64_t scratch_elements() const;

  /// `weights` are O × I × 3 × 3, or if turned I × O × 3 × 3 with the taps reversed.
  void pack(const float* weights, bool turned, float* packed) const;

  struct Buffers {
    const float *x, *weights, *bias;  ///< bias may be null
    float *y, *scratch;
  };
  void run(const Buffers& buffers) const;

 private:
  /// Tiles in process: operands [36][panel][input group][tile of the panel], products [output
  /// group][tile][36], all in rows of `block` channels.
  struct Part {
    std::int64_t first, count;
    float *operands, *products;
  };

  template <int lanes>
  void pack_lanes(const float* weights, bool turned, float* packed) const;
  template <int lanes>
  void run_lanes(const Buffers& buffers) const;
  template <int lanes>
  void transform_panel(const Buffers& buffers, const Part& part, std::int64_t panel,
                       std::int64_t group) const;
  template <int lanes>
  void multiply_panels(const Buffers& buffers, const Part& part, std::int64_t point,
                       std::int64_t output) const;
  template <int lanes>
  void finish_panel(const Buffers& buffers, const Part& part, std::int64_t panel, std::int64_t output) const;

  Part part(float* scratch, std::int64_t index) const;
  std::int64_t operand_step() const;
  std::int64_t panels(const Part& part) const { return (part.count + panel_ - 1) / panel_; }
  std::int64_t tiles() const { return images_ * down_ * across_; }
  /// A tile's result pixels: rows [top, bottom) and columns [left, right).
  struct Place {
    std::int64_t image, top, bottom, left, right;
  };
  Place place(std::int64_t tile) const;

  std::int64_t images_, inputs_, outputs_, rows_, columns_;
  std::vector<std::int64_t> row_edges_, column_edges_;  ///< where tiles begin, and the end
  std::int64_t down_, across_;                          ///< tiles per image
  int block_, threads_;
  bool rectify_;
  bool alone_ = false;      ///< each part belongs to one thread
  std::int64_t panel_ = 1;  ///< tiles multiplied at once
  std::int64_t part_ = 1;   ///< tiles per part
};

}  // namespace terramask::ops
