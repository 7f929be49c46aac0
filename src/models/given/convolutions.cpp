// Convolutions and batch norms of given networks.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "models/given/lowering.hpp"
#include "models/given/windows.hpp"
#include "ops/operators.hpp"

namespace terramask::given {
namespace {

std::vector<ValueId> with_bias(Lowering& at, std::vector<ValueId> operands) {
  if (at.has(2)) operands.push_back(at.weight(2, 1));
  return operands;
}

void need_one_group(const Lowering& at) {
  if (const std::int64_t group = whole_attribute(at.node(), "group", 1); group != 1)
    at.refuse(fmt::format("a convolution of {} groups cannot run here yet", group),
              "take a network without grouped or depthwise convolutions");
}

void lower_conv(Lowering& at) {
  need_one_group(at);
  ValueId x = at.image(0);
  const ValueId weight = at.weight(1, 4);
  const Shape taps = at.shape(weight);
  ops::Conv2d op{
      .kernel = {taps[2], taps[3]}, .stride = at.pair("strides", 1), .dilation = at.pair("dilations", 1)};
  const Sides sides = padding(at, op.kernel, op.stride, op.dilation);
  if (sides.symmetric())
    op.padding = {sides.top, sides.left};
  else
    x = at.add(ops::Pad{sides.top, sides.bottom, sides.left, sides.right}, {x}, at.result() + "·pad");
  at.set(0, at.add(op, with_bias(at, {x, weight}), at.result()));
}

void lower_conv_transpose(Lowering& at) {
  need_one_group(at);
  const ValueId x = at.image(0);
  const ValueId weight = at.weight(1, 4);
  const Shape taps = at.shape(weight);
  if (at.node().attributes.contains("output_shape"))
    at.refuse("output_shape fixes the size of the image", "export the model with pads and output_padding");
  ops::ConvTranspose2d op{.kernel = {taps[2], taps[3]},
                          .stride = at.pair("strides", 1),
                          .output_padding = at.pair("output_padding", 0),
                          .dilation = at.pair("dilations", 1)};
  if (const std::string mode = text_attribute(at.node(), "auto_pad", "NOTSET");
      mode != "NOTSET" && mode != "VALID")
    at.refuse("auto_pad " + mode + " of a transposed convolution cannot run here",
              "export the model with pads");
  const Sides sides = padding(at, op.kernel, op.stride, op.dilation);
  if (sides.symmetric()) {
    op.padding = {sides.top, sides.left};
    at.set(0, at.add(op, with_bias(at, {x, weight}), at.result()));
    return;
  }
  const ValueId whole = at.add(op, with_bias(at, {x, weight}), at.result() + "·whole");
  at.set(0, at.add(ops::Pad{-sides.top, -sides.bottom, -sides.left, -sides.right}, {whole}, at.result()));
}

void lower_batch_norm(Lowering& at) {
  std::vector<ValueId> operands{at.image(0)};
  for (std::size_t i = 1; i < 5; ++i) operands.push_back(at.weight(i, 1));
  at.set(0, at.add(ops::BatchNorm{.epsilon = real_attribute(at.node(), "epsilon", 1e-5)}, operands,
                   at.result()));
}

constexpr std::array<Rule, 3> kConvolutionRules{{{"Conv", 1, lower_conv},
                                                 {"ConvTranspose", 1, lower_conv_transpose},
                                                 {"BatchNormalization", 9, lower_batch_norm}}};

}  // namespace

std::span<const Rule> convolution_rules() {
  return kConvolutionRules;
}

}  // namespace terramask::given
