// Padding of convolutions and pools as ONNX states it.
#pragma once

#include "models/given/lowering.hpp"

namespace terramask::given {

struct Sides {
  std::int64_t top = 0, bottom = 0, left = 0, right = 0;
  bool symmetric() const { return top == bottom && left == right; }
};

/// `pads`, or what `auto_pad` makes of the extents of input 0: SAME_UPPER and SAME_LOWER pad to
/// ⌈extent / stride⌉ results, the odd pixel at the end or at the beginning.
Sides padding(Lowering& at, const Extent2& kernel, const Extent2& stride, const Extent2& dilation);

}  // namespace terramask::given
