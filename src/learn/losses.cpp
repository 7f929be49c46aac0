#include "learn/losses.hpp"

#include "terramask/error.hpp"

namespace terramask::learn {
namespace {

LossSpec pixel_loss(ops::LossKind kind) {
  LossSpec loss;
  loss.pixel.kind = kind;
  return loss;
}

}  // namespace

LossSpec loss_spec(Loss loss) {
  using ops::LossKind;
  switch (loss) {
    case Loss::cross_entropy:
      return pixel_loss(LossKind::softmax_cross_entropy);
    case Loss::sigmoid:
      return pixel_loss(LossKind::sigmoid_cross_entropy);
    case Loss::squared:
      return pixel_loss(LossKind::squared_error);
    case Loss::hinge:
      return pixel_loss(LossKind::hinge);
    case Loss::focal:
      return pixel_loss(LossKind::focal);
    case Loss::bootstrap_soft:
      return pixel_loss(LossKind::bootstrap_soft);
    case Loss::bootstrap_hard:
      return pixel_loss(LossKind::bootstrap_hard);
    case Loss::noisy_labels:
      return pixel_loss(LossKind::noisy_labels);
    case Loss::dice:
      return {.by_pixel = false, .dice = true, .pixel = {}};
    case Loss::cross_entropy_dice:
      return {.by_pixel = true, .dice = true, .pixel = {}};
  }
  throw Error(ErrorCode::internal, "unknown loss");
}

}  // namespace terramask::learn
