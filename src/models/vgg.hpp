// The encoder that SegNet and FCN share: VGG16's five stages (Simonyan and Zisserman 2015).
#pragma once

#include <array>
#include <cstdint>

#include "models/architecture.hpp"

namespace terramask::vgg {

/// Convolutions of each stage; each ends in a 2 × 2 pool.
inline constexpr std::array<int, 5> convolutions{2, 2, 3, 3, 3};
inline constexpr std::int64_t stride = 32;

inline std::array<std::int64_t, 5> channels(std::int64_t width) {
  return {width, 2 * width, 4 * width, 8 * width, 8 * width};
}

inline std::int64_t total_stride(const NetworkSpec&) {
  return stride;
}

inline void check_width(const NetworkSpec& spec) {
  if (8 * spec.width > max_channels)
    throw Error(ErrorCode::usage, "network: width is " + std::to_string(spec.width) + ", must be at most " +
                                      std::to_string(max_channels / 8));
}

}  // namespace terramask::vgg
