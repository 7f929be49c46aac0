// Operators of given networks that work pixel by pixel.
#include <fmt/format.h>

#include <array>

#include "models/given/lowering.hpp"
#include "ops/operators.hpp"

namespace terramask::given {
namespace {

void activate(Lowering& at, ops::ActivationKind kind, double alpha = 0) {
  at.set(0, at.add(ops::Activate{{kind, static_cast<float>(alpha)}}, {at.image(0)}, at.result()));
}

void lower_leaky_relu(Lowering& at) {
  activate(at, ops::ActivationKind::leaky_relu, real_attribute(at.node(), "alpha", 0.01));
}

void lower_elu(Lowering& at) {
  activate(at, ops::ActivationKind::elu, real_attribute(at.node(), "alpha", 1));
}

void lower_add(Lowering& at) {
  const ValueId a = at.image(0), b = at.image(1);
  if (!(at.shape(a) == at.shape(b)))
    at.refuse(fmt::format("images of {} and {} cannot be added here yet", to_string(at.shape(a)),
                          to_string(at.shape(b))),
              "take a network that adds images of one shape");
  at.set(0, at.add(ops::Add{}, {a, b}, at.result()));
}

/// Every channel's axis, counted from either end.
void need_channels(const Lowering& at, std::int64_t axis, const char* doing) {
  if (axis != 1 && axis != -3)
    at.refuse(fmt::format("{} along axis {} cannot run here yet", doing, axis),
              "take a network that does it along channels");
}

void lower_concat(Lowering& at) {
  need_channels(at, whole_attribute(at.node(), "axis", 1), "joining");
  std::vector<ValueId> operands;
  for (std::size_t i = 0; i < at.node().inputs.size(); ++i) operands.push_back(at.image(i));
  at.set(0, at.add(ops::Concat{}, operands, at.result()));
}

void lower_softmax(Lowering& at) {
  need_channels(at, whole_attribute(at.node(), "axis", -1), "softmax");
  at.set(0, at.add(ops::Softmax{}, {at.image(0)}, at.result()));
}

void lower_old_softmax(Lowering& at) {
  at.refuse("before opset 13 it runs over all pixels together", "export the model with opset 13 or later");
}

void lower_pass_on(Lowering& at) {
  at.set(0, at.image(0));
}

void lower_cast(Lowering& at) {
  constexpr std::int64_t real_types[] = {1, 10, 11, 16};
  if (std::ranges::find(real_types, whole_attribute(at.node(), "to", 1)) == std::end(real_types))
    at.refuse("images of whole numbers cannot run here", "take the network without its last operators");
  lower_pass_on(at);
}

constexpr std::array<Rule, 14> kElementwiseRules{{
    {"Relu", 1, [](Lowering& at) { activate(at, ops::ActivationKind::relu); }},
    {"Sigmoid", 1, [](Lowering& at) { activate(at, ops::ActivationKind::sigmoid); }},
    {"Tanh", 1, [](Lowering& at) { activate(at, ops::ActivationKind::tanh); }},
    {"LeakyRelu", 1, lower_leaky_relu},
    {"Elu", 1, lower_elu},
    {"Add", 7, lower_add},
    {"Concat", 1, lower_concat},
    {"Softmax", 1, lower_old_softmax},
    {"Softmax", 13, lower_softmax},
    {"Identity", 1, lower_pass_on},
    {"Dropout", 1, lower_pass_on},
    {"Dropout", 12, lower_pass_on, 0b110},
    {"Cast", 1, lower_cast},
    {"CastLike", 15, lower_pass_on},
}};

}  // namespace

std::span<const Rule> elementwise_rules() {
  return kElementwiseRules;
}

}  // namespace terramask::given
