// The encoder shared by SegNet and FCN: VGG16's five stages (Simonyan and Zisserman 2015).
#pragma once

#include <array>
#include <cstdint>

#include "models/architecture.hpp"

namespace terramask::vgg {

/// Convolutions per stage; each stage ends in a 2 × 2 pool.
inline constexpr std::array<int, 5> convolutions{2, 2, 3, 3, 3};
inline constexpr std::int64_t stride = 32;

inline constexpr NetworkKey kWidthKey = channels_key("width", 16, 4096, "channels of the first stage");

inline std::array<std::int64_t, 5> channels(const NetworkSpec& spec) {
  const std::int64_t width = spec.whole("width");
  return {width, 2 * width, 4 * width, 8 * width, 8 * width};
}

inline std::int64_t total_stride(const NetworkSpec&) {
  return stride;
}

}  // namespace terramask::vgg
