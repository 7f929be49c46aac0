#include <fmt/format.h>

#include "ops/extents.hpp"
#include "ops/pixel_loss/pixel_loss.hpp"
#include "ops/pixel_loss_gradient/pixel_loss_gradient.hpp"
#include "terramask/differentiate.hpp"

namespace terramask::ops {

void expect_labels(std::string_view op, std::span<const ValueType> operands) {
  const Shape& z = expect_image(op, operands, 0);
  const Shape plane{z.n(), 1, z.h(), z.w()};
  if (const Shape& labels = expect_image(op, operands, 1, DType::i32); labels != plane)
    expect_failed(op, "labels " + to_string(plane), to_string(labels));
  expect_shape(op, operands, 2, plane, "weights");
}

void expect_loss(std::string_view op, const PixelLossOptions& loss, const Shape& logits) {
  if (!(loss.label_smoothing >= 0 && loss.label_smoothing < 1))
    expect_failed(op, "label smoothing from 0 to below 1", fmt::format("{}", loss.label_smoothing));
  if (!(loss.gamma >= 0)) expect_failed(op, "a gamma of 0 or more", fmt::format("{}", loss.gamma));
  if (!(loss.trust >= 0 && loss.trust <= 1))
    expect_failed(op, "trust in the labels from 0 to 1", fmt::format("{}", loss.trust));
  if (is_softmax(loss.kind) && logits.c() < 2)
    expect_failed(op, "at least 2 channels for a softmax", to_string(logits));
}

void expect_loss_operands(std::string_view op, const PixelLossOptions& loss,
                          std::span<const ValueType> operands) {
  const bool noisy = loss.kind == LossKind::noisy_labels;
  expect_count(op, operands, noisy ? 4 : 3, noisy ? 4 : 3);
  expect_labels(op, operands);
  const Shape& z = operands[0].shape;
  if (noisy) expect_shape(op, operands, 3, Shape{z.c(), z.c()}, "chances");
  expect_loss(op, loss, z);
}

bool is_softmax(LossKind kind) {
  switch (kind) {
    case LossKind::softmax_cross_entropy:
    case LossKind::focal:
    case LossKind::bootstrap_soft:
    case LossKind::bootstrap_hard:
    case LossKind::noisy_labels:
      return true;
    case LossKind::sigmoid_cross_entropy:
    case LossKind::squared_error:
    case LossKind::hinge:
      return false;
  }
  throw Error(ErrorCode::internal, "pixel_loss: unknown kind");
}

std::string describe(const PixelLossOptions& loss) {
  switch (loss.kind) {
    case LossKind::softmax_cross_entropy:
      return loss.label_smoothing > 0
                 ? fmt::format("softmax cross-entropy smoothing {}", loss.label_smoothing)
                 : std::string("softmax cross-entropy");
    case LossKind::sigmoid_cross_entropy:
      return "sigmoid cross-entropy";
    case LossKind::squared_error:
      return "squared error";
    case LossKind::hinge:
      return "hinge";
    case LossKind::focal:
      return fmt::format("focal gamma {}", loss.gamma);
    case LossKind::bootstrap_soft:
      return fmt::format("soft bootstrap trust {}", loss.trust);
    case LossKind::bootstrap_hard:
      return fmt::format("hard bootstrap trust {}", loss.trust);
    case LossKind::noisy_labels:
      return "noisy labels";
  }
  throw Error(ErrorCode::internal, "pixel_loss: unknown kind");
}

std::vector<ValueType> infer(const PixelLoss& op, std::span<const ValueType> operands) {
  expect_loss_operands(op.name, op.loss, operands);
  return {{DType::f32, Shape{2}}};
}

double flops(const PixelLoss&, std::span<const ValueType> operands, std::span<const ValueType>) {
  return 4.0 * static_cast<double>(operands[0].shape.elements());
}

std::string describe(const PixelLoss& op) {
  return describe(op.loss);
}

void differentiate(const PixelLoss& op, Backward& backward) {
  std::vector<ValueId> operands{backward.operand(0), backward.operand(1), backward.operand(2)};
  if (op.loss.kind == LossKind::noisy_labels) operands.push_back(backward.operand(3));
  backward.give(0, backward.add1(PixelLossGradient{op.loss}, operands, "dx"));
}

}  // namespace terramask::ops
