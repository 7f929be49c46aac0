// Losses that are sums over pixels.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

enum class LossKind : std::uint8_t {
  softmax_cross_entropy,  ///< −Σ_c q_c log p_c, p = softmax(z), q the label smoothed
  sigmoid_cross_entropy,  ///< Σ_c −(t log s + (1 − t) log(1 − s)), s = sigmoid(z), t = 1 for the label's
                          ///< channel
  squared_error,  ///< Σ_c (z_c − t_c)², t = 1 for the label's channel, else 0
  hinge,          ///< Σ_{c ≠ label} max(0, 1 + z_c − z_label) (Weston and Watkins 1999)
  focal,          ///< −(1 − p_label)^gamma log p_label (Lin et al. 2017), p = softmax(z)
};

struct PixelLossOptions {
  LossKind kind = LossKind::softmax_cross_entropy;
  double label_smoothing = 0;  ///< ε of softmax cross-entropy: q = (1 − ε) · onehot + ε / C
  double gamma = 2;            ///< of focal
};

/// Operands: logits z [N, C, H, W], labels (i32 [N, 1, H, W], 0 to C − 1), weights [N, 1, H, W] ≥ 0. Result:
/// [2], (Σ w · loss, Σ w) over all pixels. A weight of 0 leaves the pixel out, whatever its label or logits
/// (NaN too). A label out of range at a weight other than 0 gives NaN. With one
/// channel, sigmoid cross-entropy, squared error and hinge take the label itself as the target of that
/// channel: 1 where it is above 0, else 0 (hinge: −1). Sums are split in an order that does not depend on
/// threads.
struct PixelLoss {
  static constexpr std::string_view name = "pixel_loss";
  static constexpr bool makes_weights = true;
  PixelLossOptions loss;
};

std::vector<ValueType> infer(const PixelLoss& op, std::span<const ValueType> operands);
double flops(const PixelLoss& op, std::span<const ValueType> operands, std::span<const ValueType> results);
std::string describe(const PixelLoss& op);
void differentiate(const PixelLoss& op, Backward& backward);

/// Logits, labels and weights, as every loss takes them.
void expect_labels(std::string_view op, std::span<const ValueType> operands);
/// Of an option out of range.
void expect_loss(std::string_view op, const PixelLossOptions& loss, const Shape& logits);
std::string describe(const PixelLossOptions& loss);

}  // namespace terramask::ops
