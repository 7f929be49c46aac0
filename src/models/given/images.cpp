// Pools and resizing of given networks.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "models/given/host.hpp"
#include "models/given/lowering.hpp"
#include "models/given/windows.hpp"
#include "ops/operators.hpp"

namespace terramask::given {
namespace {

/// What both kinds of pools share. Our pools round extents down; ceil_mode is heeded where it changes
/// nothing.
template <class Pool>
Pool pool(Lowering& at) {
  Pool op;
  op.kernel = at.pair("kernel_shape", 0);
  op.stride = at.pair("strides", 1);
  if (op.kernel.h < 1 || op.kernel.w < 1 || op.stride.h < 1 || op.stride.w < 1)
    at.fail("a window of no extent");
  if (const Extent2 dilation = at.pair("dilations", 1); dilation.h != 1 || dilation.w != 1)
    at.refuse("a pool with dilation cannot run here yet", "take a network with plain pools");
  const Sides sides = padding(at, op.kernel, op.stride, {1, 1});
  if (!sides.symmetric())
    at.refuse("a pool with unequal pads cannot run here yet", "export the model with equal pads");
  op.padding = {sides.top, sides.left};
  const Shape image = at.shape(at.image(0));
  if (whole_attribute(at.node(), "ceil_mode", 0) != 0 &&
      ((image.h() + 2 * op.padding.h - op.kernel.h) % op.stride.h != 0 ||
       (image.w() + 2 * op.padding.w - op.kernel.w) % op.stride.w != 0))
    at.refuse("a pool with ceil_mode cannot run here yet", "export the model with ceil_mode=False");
  return op;
}

void lower_max_pool(Lowering& at) {
  auto op = pool<ops::MaxPool>(at);
  if (whole_attribute(at.node(), "storage_order", 0) != 0)
    at.refuse("indices in column-major order cannot run here", "export the model with storage_order=0");
  op.indices = at.node().outputs.size() > 1 && !at.node().outputs[1].empty();
  const auto results = at.graph().add(op, {at.image(0)}, at.result());
  for (std::size_t i = 0; i < results.size(); ++i) at.set(i, results[i]);
}

void lower_average_pool(Lowering& at) {
  auto op = pool<ops::AvgPool>(at);
  op.count_include_pad = whole_attribute(at.node(), "count_include_pad", 0) != 0;
  at.set(0, at.add(op, {at.image(0)}, at.result()));
}

void lower_global_pool(Lowering& at) {
  at.refuse("it depends on the whole image, which exact tiling cannot give it yet",
            "take a network without global pools");
}

/// By how much rows and columns grow; whole numbers alone can run.
Extent2 factors(const Lowering& at, const std::vector<double>& scales) {
  if (scales.size() != 4) at.fail(fmt::format("{} scales; 4 belong there", scales.size()));
  if (scales[0] != 1 || scales[1] != 1)
    at.refuse("images or channels cannot be resized", "take a network that resizes rows and columns alone");
  for (const double scale : {scales[2], scales[3]})
    if (!(scale >= 1 && scale <= 1024 && scale == std::floor(scale)))
      at.refuse(fmt::format("resizing by {} cannot run here yet", scale),
                "take a network that resizes by whole factors");
  return {static_cast<std::int64_t>(scales[2]), static_cast<std::int64_t>(scales[3])};
}

/// The same for the sizes of the result.
std::vector<double> ratios(Lowering& at, const std::vector<std::int64_t>& sizes) {
  const Shape image = at.shape(at.image(0));
  if (sizes.size() != 4) at.fail(fmt::format("{} sizes; 4 belong there", sizes.size()));
  std::vector<double> scales;
  for (std::size_t i = 0; i < 4; ++i)
    scales.push_back(static_cast<double>(sizes[i]) / static_cast<double>(image[i]));
  return scales;
}

/// Whether nearest neighbours of a magnification by whole factors are a repetition of every pixel.
bool repeats(const std::string& position, const std::string& rounding, const Extent2& factor) {
  const bool round = rounding.starts_with("round_prefer");
  if (position == "half_pixel" || position == "pytorch_half_pixel") return round;
  if (position == "asymmetric")
    return rounding == "floor" || (rounding == "round_prefer_floor" && std::max(factor.h, factor.w) <= 2);
  return position == "tf_half_pixel_for_nn" && rounding == "floor";
}

void upsample(Lowering& at, const Extent2& factor, const std::string& mode, const std::string& position,
              const std::string& rounding) {
  const ValueId x = at.image(0);
  if (factor == Extent2{1, 1}) return at.set(0, x);
  const char* const remedy = "export the model with nearest neighbours, or bilinear with align_corners=False";
  if (mode == "nearest" && repeats(position, rounding, factor))
    return at.set(0, at.add(ops::Upsample{factor, ops::UpsampleMode::nearest}, {x}, at.result()));
  if (mode == "linear" && (position == "half_pixel" || position == "pytorch_half_pixel"))
    return at.set(0, at.add(ops::Upsample{factor, ops::UpsampleMode::bilinear}, {x}, at.result()));
  at.refuse(fmt::format("mode {} with coordinates {}{} cannot run here yet", mode, position,
                        mode == "nearest" ? " and " + rounding : ""),
            remedy);
}

void lower_resize(Lowering& at) {
  if (whole_attribute(at.node(), "antialias", 0) != 0)
    at.refuse("resizing with antialias cannot run here yet", "export the model without antialias");
  if (at.node().attributes.contains("axes"))
    at.refuse("axes cannot be chosen here yet", "export the model with opset 17");
  const std::vector<double> scales =
      at.has(3) ? ratios(at, whole_values(at.constant(3))) : real_values(at.constant(2));
  upsample(at, factors(at, scales), text_attribute(at.node(), "mode", "nearest"),
           text_attribute(at.node(), "coordinate_transformation_mode", "half_pixel"),
           text_attribute(at.node(), "nearest_mode", "round_prefer_floor"));
}

/// Before Resize had its attributes: coordinates are asymmetric, and rounded down.
void lower_resize_10(Lowering& at) {
  upsample(at, factors(at, real_values(at.constant(1))), text_attribute(at.node(), "mode", "nearest"),
           "asymmetric", "floor");
}

void lower_pad(Lowering& at) {
  std::vector<std::int64_t> pads;
  double value = real_attribute(at.node(), "value", 0);
  if (at.opset() >= 11) {
    pads = whole_values(at.constant(1));
    if (at.has(2)) value = real_values(at.constant(2)).at(0);
    if (at.has(3)) at.refuse("axes cannot be chosen here yet", "export the model with opset 17");
  } else {
    pads = find_attribute<std::vector<std::int64_t>>(at.node(), "pads").value_or(std::vector<std::int64_t>());
  }
  if (pads.size() != 8) at.fail(fmt::format("{} pads; 8 belong there", pads.size()));
  const std::string mode = text_attribute(at.node(), "mode", "constant");
  if (mode != "constant" || value != 0)
    at.refuse(mode == "constant" ? fmt::format("padding with {} cannot run here yet", value)
                                 : "padding by " + mode + " cannot run here yet",
              "take a network that pads with zeros");
  if (pads[0] != 0 || pads[1] != 0 || pads[4] != 0 || pads[5] != 0)
    at.refuse("images or channels cannot be padded", "take a network that pads rows and columns alone");
  const ValueId x = at.image(0);
  if (std::ranges::all_of(pads, [](std::int64_t amount) { return amount == 0; })) return at.set(0, x);
  at.set(0, at.add(ops::Pad{pads[2], pads[6], pads[3], pads[7]}, {x}, at.result()));
}

void lower_max_unpool(Lowering& at) {
  const Shape image = at.shape(at.image(0));
  ops::MaxUnpool op{.kernel = at.pair("kernel_shape", 0), .stride = at.pair("strides", 1)};
  const Sides sides = padding(at, op.kernel, op.stride, {1, 1});
  if (!sides.symmetric()) at.refuse("unequal pads cannot run here", "export the model with equal pads");
  op.padding = {sides.top, sides.left};
  op.output = {(image.h() - 1) * op.stride.h - 2 * sides.top + op.kernel.h,
               (image.w() - 1) * op.stride.w - 2 * sides.left + op.kernel.w};
  if (at.has(2)) {
    const std::vector<std::int64_t> shape = whole_values(at.constant(2));
    if (shape.size() != 4) at.fail(fmt::format("{} extents; 4 belong there", shape.size()));
    op.output = {shape[2], shape[3]};
  }
  at.set(0, at.add(op, {at.image(0), at.indices(1)}, at.result()));
}

constexpr std::array<Rule, 10> kImageRules{{
    {"MaxPool", 1, lower_max_pool},
    {"AveragePool", 1, lower_average_pool},
    {"GlobalAveragePool", 1, lower_global_pool},
    {"GlobalMaxPool", 1, lower_global_pool},
    {"Resize", 10, lower_resize_10, 0b10},
    {"Resize", 11, lower_resize, 0b1110},
    {"Upsample", 9, lower_resize_10, 0b10},
    {"Pad", 2, lower_pad},
    {"Pad", 11, lower_pad, 0b1110},
    {"MaxUnpool", 9, lower_max_unpool, 0b100},
}};

}  // namespace

std::span<const Rule> image_rules() {
  return kImageRules;
}

}  // namespace terramask::given
