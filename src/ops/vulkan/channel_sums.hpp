// Sums over images and pixels per channel: first the parts of each plane's runs, then a result from each
// channel's parts (shaders/channel_sums.comp, channel_finish.comp).
#pragma once

#include "vulkan/recorder.hpp"

namespace terramask::ops {

/// The terms that channel_sums.comp adds.
enum class ChannelTerms : std::uint32_t { values, squares, products };
/// The result that channel_finish.comp computes from the sums.
enum class ChannelResult : std::uint32_t { sum, mean, variance, gradient, gradient_of_constants };

constexpr std::int64_t kChannelRun = 4096;  // as in channel_sums.comp

inline std::uint64_t channel_parts_bytes(const Shape& shape, int sums) {
  const std::int64_t runs = (shape.h() * shape.w() + kChannelRun - 1) / kChannelRun;
  return static_cast<std::uint64_t>(shape.n() * shape.c() * runs * sums) * 4;
}

/// Operand 0 is a, operand `b` the second factor of products. The sums are in the scratch afterwards.
inline void sum_channels(vulkan::Recorder& recorder, ChannelTerms terms, const vulkan::Binding& mean,
                         std::size_t b = 0) {
  using vulkan::View;
  const Shape& shape = recorder.operand(0).shape;
  const std::int64_t area = shape.h() * shape.w(), planes = shape.n() * shape.c(),
                     runs = (area + kChannelRun - 1) / kChannelRun;
  recorder.dispatch(
      "channel_sums", {static_cast<std::uint32_t>(terms), area % 4 == 0 ? 1u : 0u},
      {recorder.read(0, View::r32f), recorder.read(0, View::rgba32f), recorder.read(b, View::r32f),
       recorder.read(b, View::rgba32f), mean, recorder.scratch(View::storage)},
      vulkan::push_words(area, shape.c(), planes, runs), {vulkan::u32(runs), vulkan::u32(planes), 1});
}

inline void finish_channels(vulkan::Recorder& recorder, ChannelResult what, const vulkan::Binding& given,
                            const vulkan::Binding& y, const vulkan::Binding& z, double momentum = 0,
                            double epsilon = 0) {
  const Shape& shape = recorder.operand(0).shape;
  const std::int64_t area = shape.h() * shape.w();
  recorder.dispatch("channel_finish", {static_cast<std::uint32_t>(what)},
                    {recorder.scratch(vulkan::View::r32f), given, y, z},
                    vulkan::push_words(shape.c(), shape.n(), (area + kChannelRun - 1) / kChannelRun,
                                       static_cast<float>(shape.n() * area), momentum, epsilon),
                    {vulkan::ceil_div(shape.c(), 64), 1, 1});
}

/// A result that a later dispatch of the same node reads.
inline vulkan::Binding made(const vulkan::Recorder& recorder, std::size_t result) {
  vulkan::Binding binding = recorder.write(result);
  binding.view = vulkan::View::r32f;
  return binding;
}

}  // namespace terramask::ops
