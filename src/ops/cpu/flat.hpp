// Weights and vectors as runs of elements, whatever their shape.
#pragma once

#include "cpu/builder.hpp"

namespace terramask::ops {

/// Elements that a thread takes at a time, and over which sums are split: by count alone.
constexpr std::int64_t kFlatRun = 16384;

/// A value that lies as its shape says; what optimisers work on is never an image in blocks.
template <class T>
T* flat(const cpu::Image<T>& value) {
  if (value.block != 1) throw Error(ErrorCode::internal, "a weight lies in blocks of channels");
  return value.data;
}

}  // namespace terramask::ops
