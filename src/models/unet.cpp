// U-Net (Ronneberger et al. 2015) with padded convolutions and batch normalisation.
#include <fmt/format.h>

#include <array>

#include "models/architecture.hpp"

namespace terramask {
namespace {

constexpr std::array<std::string_view, 2> kUps{"transpose", "nearest"};
constexpr std::array kUnetKeys{
    channels_key("width", 16, 4096, "channels of the first stage"),
    whole_key("depth", 4, 1, 10, "number of down-samplings"),
    choice_key("up", kUps, "up-sampling: transposed convolution, or nearest neighbour and convolution"),
    training_key("dropout", 0, 0, 0.95, "rate of dropout after the last two down stages"),
};

void check_unet(const NetworkSpec& spec) {
  if (spec.whole("width") > kMaxChannels >> spec.whole("depth"))
    throw Error(ErrorCode::usage,
                fmt::format("network: width {} with depth {} makes more than {} channels at the bottom",
                            spec.whole("width"), spec.whole("depth"), kMaxChannels),
                "take a smaller width or depth");
}

std::int64_t unet_stride(const NetworkSpec& spec) {
  return std::int64_t{1} << spec.whole("depth");
}

// Conv2d, BatchNorm2d, ReLU, twice.
ValueId double_conv(Builder& builder, const std::string& name, ValueId x, std::int64_t channels) {
  for (const int first : {0, 3}) {
    const auto module = [&](int index) { return fmt::format("{}.{}", name, first + index); };
    x = builder.conv2d(module(0), x, {.channels = channels, .kernel = 3, .padding = 1, .bias = false});
    x = builder.batch_norm(module(1), x);
    x = builder.relu(module(2), x);
  }
  return x;
}

ValueId up(Builder& builder, bool transpose, const std::string& name, ValueId x, std::int64_t channels) {
  if (transpose) return builder.conv_transpose2d(name, x, {.channels = channels, .kernel = 2, .stride = 2});
  x = builder.upsample_nearest(name + ".0", x);
  return builder.conv2d(name + ".1", x, {.channels = channels, .kernel = 3, .padding = 1});
}

ValueId build_unet(const NetworkSpec& spec, Builder& builder, ValueId x) {
  const std::int64_t width = spec.whole("width"), depth = spec.whole("depth");
  const double dropout = spec.number("dropout");
  const bool transpose = spec.choice("up") == "transpose";
  std::vector<ValueId> skips;
  for (std::int64_t i = 0; i <= depth; ++i) {
    if (i > 0) x = builder.max_pool(fmt::format("pool.{}", i - 1), x);
    x = double_conv(builder, fmt::format("down.{}", i), x, width << i);
    if (dropout > 0 && i + 1 >= depth)
      x = builder.dropout(fmt::format("drop.{}", i), x, dropout, static_cast<std::int32_t>(i));
    skips.push_back(x);
  }
  skips.pop_back();
  for (std::int64_t i = 0; i < depth; ++i) {
    const std::int64_t channels = width << (depth - 1 - i);
    const ValueId below = up(builder, transpose, fmt::format("up.{}", i), x, channels);
    x = builder.concat(fmt::format("concat.{}", i), skips.back(), below);
    skips.pop_back();
    x = double_conv(builder, fmt::format("dec.{}", i), x, channels);
  }
  return builder.conv2d("head", x, {.channels = spec.classes, .kernel = 1});
}

}  // namespace

constinit const Architecture unet{
    "unet", "U-Net (Ronneberger et al. 2015)", kUnetKeys, check_unet, unet_stride, build_unet};

}  // namespace terramask
