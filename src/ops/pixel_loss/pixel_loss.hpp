// Per-pixel losses, summed over all pixels.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

enum class LossKind : std::uint8_t {
  softmax_cross_entropy,  ///< −Σ_c q_c log p_c, p = softmax(z), q the smoothed label
  sigmoid_cross_entropy,  ///< Σ_c −(t log s + (1 − t) log(1 − s)), s = sigmoid(z), t = 1 for the label's
                          ///< channel
  squared_error,   ///< Σ_c (z_c − t_c)², t = 1 for the label's channel, else 0
  hinge,           ///< Σ_{c ≠ label} max(0, 1 + z_c − z_label) (Weston and Watkins 1999)
  focal,           ///< −(1 − p_label)^gamma log p_label (Lin et al. 2017), p = softmax(z)
  bootstrap_soft,  ///< −Σ_c (β t_c + (1 − β) p_c) log p_c (Reed et al. 2014): cross-entropy plus the
                   ///< network's own entropy; its gradient includes both occurrences of p
  bootstrap_hard,  ///< −β log p_label − (1 − β) log max_c p_c (Reed et al. 2014), the first of equal channels
  noisy_labels,  ///< −log Σ_c T(label, c) p_c, T the probability that the map shows `label` where the truth
                 ///< is c: the asymmetric noise of Mnih and Hinton (2012), forward correction of Patrini et
                 ///< al. (2017)
};

struct PixelLossOptions {
  LossKind kind = LossKind::softmax_cross_entropy;
  double label_smoothing = 0;  ///< ε of softmax_cross_entropy: q = (1 − ε) · onehot + ε / C
  double gamma = 2;            ///< of focal
  double trust = 0.95;         ///< β of the bootstrapped losses, 0 to 1; 1 is cross-entropy
};

/// Operands: logits z [N, C, H, W], labels (i32 [N, 1, H, W], 0 to C − 1), weights [N, 1, H, W] ≥ 0; with
/// noisy_labels also chances [C, C], row by label, column by truth: the probability of each label given the
/// true class. Each column sums to 1; the identity gives cross-entropy. Result: [2], (Σ w · loss, Σ w) over
/// all pixels.
/// Pixels of weight 0 are ignored, whatever their label or logits (NaN too). A label out of range with a
/// weight other than 0 gives NaN. With one channel, sigmoid_cross_entropy, squared_error and hinge use the
/// label itself as that channel's target: 1 if it is above 0, else 0 (hinge: −1). The order of summation does
/// not depend on threads.
struct PixelLoss {
  static constexpr std::string_view name = "pixel_loss";
  static constexpr bool vulkan_scratch = true;
  static constexpr bool makes_weights = true;
  PixelLossOptions loss;
};

std::vector<ValueType> infer(const PixelLoss& op, std::span<const ValueType> operands);
double flops(const PixelLoss& op, std::span<const ValueType> operands, std::span<const ValueType> results);
std::string describe(const PixelLoss& op);
void differentiate(const PixelLoss& op, Backward& backward);

/// Expects the operands of the kind of loss: 3, or 4 with chances; logits, labels, weights and chances in
/// their shapes.
void expect_loss_operands(std::string_view op, const PixelLossOptions& loss,
                          std::span<const ValueType> operands);
/// Expects logits, labels and weights, which every loss takes.
void expect_labels(std::string_view op, std::span<const ValueType> operands);
/// Throws if an option is out of range.
void expect_loss(std::string_view op, const PixelLossOptions& loss, const Shape& logits);
std::string describe(const PixelLossOptions& loss);
/// Whether the loss is computed from softmax probabilities.
bool is_softmax(LossKind kind);

}  // namespace terramask::ops
