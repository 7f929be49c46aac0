// Weights of oneDNN's Winograd convolution F(4,3), for weights that change between runs.
#pragma once

#include <cstdint>
#include <oneapi/dnnl/dnnl.hpp>
#include <optional>

namespace terramask::ops {

/// Where oneDNN's transformed weights stand: [output chunk][6][6][input chunk][output block][input block][16
/// inputs][16 outputs]. Its own reorder into that layout takes ten times what a deep layer's convolution
/// does.
class WinogradWeights {
 public:
  /// Empty where `packed` is another layout.
  static std::optional<WinogradWeights> of(const dnnl::memory::desc& packed);

  /// `weights` are O × I × 3 × 3, or turned: I × O × 3 × 3 with the taps to be taken in reverse.
  void transform(const float* weights, bool turned, float* out) const;

 private:
  std::int64_t outputs_ = 0, inputs_ = 0;
  std::int64_t output_blocks_ = 1, input_blocks_ = 1;  ///< of a chunk, 16 channels each
};

}  // namespace terramask::ops
