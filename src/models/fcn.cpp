// Fully convolutional network (Long et al. 2015) on VGG16's encoder; skips 0, 1, 2 are FCN-32s, -16s, -8s. As
// input is padded (to multiples of 32), the paper's cropping is unnecessary.
#include <fmt/format.h>

#include <array>

#include "models/vgg.hpp"

namespace terramask {
namespace {

constexpr std::array kFcnKeys{
    vgg::kWidthKey,
    channels_key("fc", 256, 65536, "channels of fc6 and fc7"),
    whole_key("skips", 2, 0, 2, "0, 1, 2 for FCN-32s, -16s, -8s"),
};

ValueId conv_relu(Builder& builder, const std::string& name, const std::string& activation, ValueId x,
                  const Builder::Conv& layer) {
  return builder.relu(activation, builder.conv2d(name, x, layer));
}

ValueId build_fcn(const NetworkSpec& spec, Builder& builder, ValueId x) {
  const std::int64_t fc = spec.whole("fc"), skips = spec.whole("skips");
  const auto channels = vgg::channels(spec);
  std::vector<ValueId> pools;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    for (int j = 0; j < vgg::convolutions[i]; ++j)
      x = conv_relu(builder, fmt::format("enc.{}.{}", i, 2 * j), fmt::format("enc.{}.{}", i, 2 * j + 1), x,
                    {.channels = channels[i], .kernel = 3, .padding = 1});
    x = builder.max_pool(fmt::format("pool.{}", i), x);
    pools.push_back(x);
  }
  x = conv_relu(builder, "fc6", "fc6.relu", x, {.channels = fc, .kernel = 7, .padding = 3});
  x = conv_relu(builder, "fc7", "fc7.relu", x, {.channels = fc, .kernel = 1});
  x = builder.conv2d("score.0", x, {.channels = spec.classes, .kernel = 1});
  // Upsampled by 2 and added to the score of the fourth stage, then of the third.
  for (std::int64_t i = 0; i < skips; ++i) {
    const ValueId doubled = builder.conv_transpose2d(
        fmt::format("up.{}", i), x, {.channels = spec.classes, .kernel = 4, .stride = 2, .padding = 1});
    const ValueId score =
        builder.conv2d(fmt::format("score.{}", i + 1), pools[static_cast<std::size_t>(3 - i)],
                       {.channels = spec.classes, .kernel = 1});
    x = builder.add(fmt::format("sum.{}", i), doubled, score);
  }
  const std::int64_t factor = vgg::stride >> skips;
  return builder.conv_transpose2d(
      fmt::format("up.{}", skips), x,
      {.channels = spec.classes, .kernel = 2 * factor, .stride = factor, .padding = factor / 2});
}

}  // namespace

constinit const Architecture fcn{"fcn",    "FCN (Long et al. 2015)", kFcnKeys,
                                 any_keys, vgg::total_stride,        build_fcn};

}  // namespace terramask
