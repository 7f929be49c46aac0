// Weights and vectors as flat arrays, regardless of shape.
#pragma once

#include "cpu/builder.hpp"

namespace terramask::ops {

/// Elements per job and per partial sum, so that sums are split by the element count only.
constexpr std::int64_t kFlatRun = 16384;

/// A value laid out as its shape specifies; optimisers never operate on blocked images.
template <class T>
T* flat(const cpu::Image<T>& value) {
  if (value.block != 1) throw Error(ErrorCode::internal, "a weight lies in blocks of channels");
  return value.data;
}

}  // namespace terramask::ops
