// SegNet (Badrinarayanan et al. 2017): VGG16's encoder with batch normalisation, and a mirrored decoder that
// restores values to the positions of the maxima in the encoder's pools.
#include <fmt/format.h>

#include <array>

#include "models/vgg.hpp"

namespace terramask {
namespace {

// Conv2d, BatchNorm2d, ReLU for each of `channels`.
ValueId block(Builder& builder, const std::string& name, ValueId x, std::span<const std::int64_t> channels) {
  int index = 0;
  for (const std::int64_t c : channels) {
    x = builder.conv2d(fmt::format("{}.{}", name, index), x, {.channels = c, .kernel = 3, .padding = 1});
    x = builder.batch_norm(fmt::format("{}.{}", name, index + 1), x);
    x = builder.relu(fmt::format("{}.{}", name, index + 2), x);
    index += 3;
  }
  return x;
}

ValueId build_segnet(const NetworkSpec& spec, Builder& builder, ValueId x) {
  const auto channels = vgg::channels(spec);
  const std::size_t stages = channels.size();
  std::vector<ValueId> indices;
  for (std::size_t i = 0; i < stages; ++i) {
    const std::vector<std::int64_t> widths(static_cast<std::size_t>(vgg::convolutions[i]), channels[i]);
    x = block(builder, fmt::format("enc.{}", i), x, widths);
    const auto [pooled, positions] = builder.max_pool_indices(fmt::format("pool.{}", i), x);
    x = pooled;
    indices.push_back(positions);
  }
  for (std::size_t i = 0; i < stages; ++i) {
    const std::size_t stage = stages - 1 - i;  // its encoder
    x = builder.max_unpool(fmt::format("unpool.{}", i), x, indices[stage]);
    std::vector<std::int64_t> widths(static_cast<std::size_t>(vgg::convolutions[stage]), channels[stage]);
    widths.back() = stage > 0 ? channels[stage - 1] : channels[0];
    x = block(builder, fmt::format("dec.{}", i), x, widths);
  }
  return builder.conv2d("head", x, {.channels = spec.classes, .kernel = 3, .padding = 1});
}

constexpr std::array kSegnetKeys{vgg::kWidthKey};

}  // namespace

constinit const Architecture segnet{
    "segnet", "SegNet (Badrinarayanan et al. 2017)", kSegnetKeys, any_keys, vgg::total_stride, build_segnet};

}  // namespace terramask
