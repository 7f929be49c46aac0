// U-Net (Ronneberger et al. 2015) with padded convolutions and batch normalisation.
#include <fmt/format.h>

#include <array>

#include "models/architecture.hpp"

namespace terramask {
namespace {

constexpr std::int64_t max_depth = 10;

void check_unet(const NetworkSpec& spec) {
  if (spec.depth < 1 || spec.depth > max_depth)
    throw Error(ErrorCode::usage,
                fmt::format("network: depth is {}, must lie between 1 and {}", spec.depth, max_depth));
  if (spec.width > max_channels >> spec.depth)
    throw Error(ErrorCode::usage,
                fmt::format("network: width {} with depth {} makes more than {} channels at the bottom",
                            spec.width, spec.depth, max_channels),
                "take a smaller width or depth");
  if (spec.up != "transpose" && spec.up != "nearest")
    throw Error(ErrorCode::usage, "network: up must be transpose or nearest");
  if (!(spec.dropout >= 0 && spec.dropout < 1))
    throw Error(ErrorCode::usage,
                fmt::format("network: dropout is {}, must lie between 0 and below 1", spec.dropout));
}

std::int64_t unet_stride(const NetworkSpec& spec) {
  return std::int64_t{1} << spec.depth;
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

ValueId up(Builder& builder, const NetworkSpec& spec, const std::string& name, ValueId x,
           std::int64_t channels) {
  if (spec.up == "transpose")
    return builder.conv_transpose2d(name, x, {.channels = channels, .kernel = 2, .stride = 2});
  x = builder.upsample_nearest(name + ".0", x);
  return builder.conv2d(name + ".1", x, {.channels = channels, .kernel = 3, .padding = 1});
}

ValueId build_unet(const NetworkSpec& spec, Builder& builder, ValueId x) {
  std::vector<ValueId> skips;
  for (std::int64_t i = 0; i <= spec.depth; ++i) {
    if (i > 0) x = builder.max_pool(fmt::format("pool.{}", i - 1), x);
    x = double_conv(builder, fmt::format("down.{}", i), x, spec.width << i);
    if (spec.dropout > 0 && i + 1 >= spec.depth)
      x = builder.dropout(fmt::format("drop.{}", i), x, spec.dropout, static_cast<std::int32_t>(i));
    skips.push_back(x);
  }
  skips.pop_back();
  for (std::int64_t i = 0; i < spec.depth; ++i) {
    const std::int64_t channels = spec.width << (spec.depth - 1 - i);
    const ValueId below = up(builder, spec, fmt::format("up.{}", i), x, channels);
    x = builder.concat(fmt::format("concat.{}", i), skips.back(), below);
    skips.pop_back();
    x = double_conv(builder, fmt::format("dec.{}", i), x, channels);
  }
  return builder.conv2d("head", x, {.channels = spec.classes, .kernel = 1});
}

constexpr std::array<std::string_view, 4> unet_keys{"width", "depth", "up", "dropout"};

}  // namespace

constinit const Architecture unet{"unet", unet_keys, check_unet, unet_stride, build_unet};

}  // namespace terramask
