// Shared by the Vulkan kernels of the losses: shaders/common/labelled.glsl.
#pragma once

#include "ops/vulkan/planes.hpp"
#include "ops/vulkan/sums.hpp"

namespace terramask::ops {

/// Logits, labels and weights.
inline std::vector<vulkan::Binding> labelled(const vulkan::Recorder& recorder) {
  return {recorder.read(0, vulkan::View::r32f), recorder.read(1, vulkan::View::r32i),
          recorder.read(2, vulkan::View::r32f)};
}

/// The same with the chances; weights are bound in their place if the loss uses none.
inline std::vector<vulkan::Binding> labelled_with_chances(const vulkan::Recorder& recorder) {
  std::vector<vulkan::Binding> bindings = labelled(recorder);
  bindings.push_back(recorder.read(recorder.operands() > 3 ? 3 : 2, vulkan::View::r32f));
  return bindings;
}

/// Pixels that a group sums.
constexpr std::int64_t kPixelGroup = 1024;

inline SumTree pixel_sums(const vulkan::Traits& traits, const Shape& logits, std::int64_t sums) {
  const std::int64_t pixels = logits.n() * logits.h() * logits.w();
  return {traits, sums, (pixels + kPixelGroup - 1) / kPixelGroup * 64};
}

}  // namespace terramask::ops
