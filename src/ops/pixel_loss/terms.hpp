// The loss of one pixel and its gradient, in the precision of T: double for the reference, float for the CPU.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "ops/pixel_loss/pixel_loss.hpp"
#include "ops/portable_math.hpp"

namespace terramask::ops {

/// Logarithms of softmax probabilities, computed after subtracting the largest logit.
template <class T>
struct LogSoftmax {
  T most = 0;          ///< the largest logit
  T sum = 0;           ///< of exp(z − most)
  T others = 0;        ///< 1 − p_label, without cancellation
  T log_of_label = 0;  ///< log p_label, accurate also close to 0

  LogSoftmax(std::span<const T> z, std::int64_t label) : most(*std::max_element(z.begin(), z.end())) {
    T of_label = 0;
    for (std::size_t c = 0; c < z.size(); ++c) {
      const T power = std::exp(z[c] - most);
      sum += power;
      (static_cast<std::int64_t>(c) == label ? of_label : others) += power;
      if (static_cast<std::int64_t>(c) == label) log_of_label = z[c] - most;
    }
    others /= sum;
    log_of_label = others < T(0.5) ? log1p(-others) : log_of_label - std::log(sum);
  }

  T probability(T z) const { return std::exp(z - most) / sum; }
  T logarithm(T z) const { return z - most - std::log(sum); }

  /// −Σ_c p_c log p_c
  T entropy(std::span<const T> z) const {
    T entropy = 0;
    for (const T logit : z) entropy -= probability(logit) * logarithm(logit);
    return entropy;
  }
};

/// What a label implies about the truth: `chances` are those of this label, by truth.
template <class T>
struct NoisyLabel {
  T most = -std::numeric_limits<T>::infinity();  ///< the largest logit with a non-zero chance
  T sum = 0;                                     ///< of chance · exp(z − most)
  T loss = 0;                                    ///< −log Σ_c chance_c p_c, accurate also close to 0

  NoisyLabel(std::span<const T> z, std::span<const T> chances, const LogSoftmax<T>& soft) {
    T other_label = 0;
    for (std::size_t c = 0; c < z.size(); ++c) {
      if (chances[c] > 0) most = std::max(most, z[c]);
      other_label += (1 - chances[c]) * soft.probability(z[c]);
    }
    for (std::size_t c = 0; c < z.size(); ++c)
      if (chances[c] > 0) sum += chances[c] * std::exp(z[c] - most);
    loss =
        other_label < T(0.5) ? -log1p(-other_label) : soft.most - most + std::log(soft.sum) - std::log(sum);
  }

  /// The probability that the truth is c, given label and logits.
  T posterior(T z, T chance) const { return chance > 0 ? chance * std::exp(z - most) / sum : T(0); }
};

/// Whether channel c is the target, for losses without softmax. A single channel uses the label itself.
inline bool is_target(std::size_t channels, std::size_t c, std::int64_t label) {
  return channels == 1 ? label > 0 : static_cast<std::int64_t>(c) == label;
}

/// False for labels that only pixels of weight 0 may have.
inline bool is_label(std::size_t channels, std::int64_t label) {
  return channels == 1 || (label >= 0 && label < static_cast<std::int64_t>(channels));
}

/// gamma · (1 − p)^(gamma − 1) · log p · p − (1 − p)^gamma: the factor by which the focal loss multiplies
/// softmax's gradient.
template <class T>
T focal_slope(T gamma, const LogSoftmax<T>& soft) {
  if (!(soft.others > 0) && gamma > 0) return soft.others;  // 0, or NaN
  const T power = std::pow(soft.others, gamma);
  if (!(gamma > 0)) return -power;
  return power * (gamma * std::exp(soft.log_of_label) * (soft.log_of_label / soft.others) - 1);
}

/// `chances` are those of this label, by truth; only noisy_labels reads them.
template <class T>
T pixel_loss(const PixelLossOptions& loss, std::span<const T> z, std::int64_t label,
             std::span<const T> chances = {}) {
  T sum = 0;
  switch (loss.kind) {
    case LossKind::softmax_cross_entropy: {
      const LogSoftmax<T> soft(z, label);
      const auto smoothing = static_cast<T>(loss.label_smoothing);
      if (smoothing > 0)
        for (const T logit : z) sum += soft.most + std::log(soft.sum) - logit;
      return (1 - smoothing) * -soft.log_of_label + smoothing * sum / static_cast<T>(z.size());
    }
    case LossKind::sigmoid_cross_entropy:
      for (std::size_t c = 0; c < z.size(); ++c) {
        const T wrong = is_target(z.size(), c, label) ? -z[c] : z[c];
        sum += std::max(wrong, T(0)) + log1p(std::exp(-std::abs(wrong)));
      }
      return sum;
    case LossKind::squared_error:
      for (std::size_t c = 0; c < z.size(); ++c) {
        const T error = z[c] - (is_target(z.size(), c, label) ? T(1) : T(0));
        sum += error * error;
      }
      return sum;
    case LossKind::hinge: {
      if (z.size() == 1) return std::max(label > 0 ? 1 - z[0] : 1 + z[0], T(0));
      const T own = z[static_cast<std::size_t>(label)];
      for (std::size_t c = 0; c < z.size(); ++c)
        if (static_cast<std::int64_t>(c) != label) sum += std::max(1 + z[c] - own, T(0));
      return sum;
    }
    case LossKind::focal: {
      const LogSoftmax<T> soft(z, label);
      return -std::pow(soft.others, static_cast<T>(loss.gamma)) * soft.log_of_label;
    }
    case LossKind::bootstrap_soft: {
      const LogSoftmax<T> soft(z, label);
      const auto trust = static_cast<T>(loss.trust);
      return trust * -soft.log_of_label + (1 - trust) * soft.entropy(z);
    }
    case LossKind::bootstrap_hard: {
      const LogSoftmax<T> soft(z, label);
      const auto trust = static_cast<T>(loss.trust);
      return trust * -soft.log_of_label + (1 - trust) * std::log(soft.sum);
    }
    case LossKind::noisy_labels:
      return NoisyLabel<T>(z, chances, LogSoftmax<T>(z, label)).loss;
  }
  throw Error(ErrorCode::internal, "pixel_loss: unknown kind");
}

/// dz = the gradient of the loss with respect to z.
template <class T>
void pixel_loss_gradient(const PixelLossOptions& loss, std::span<const T> z, std::int64_t label,
                         std::span<T> dz, std::span<const T> chances = {}) {
  switch (loss.kind) {
    case LossKind::softmax_cross_entropy: {
      const LogSoftmax<T> soft(z, label);
      const auto smoothing = static_cast<T>(loss.label_smoothing);
      for (std::size_t c = 0; c < z.size(); ++c)
        dz[c] = (static_cast<std::int64_t>(c) == label ? smoothing - soft.others : soft.probability(z[c])) -
                smoothing / static_cast<T>(z.size());
      return;
    }
    case LossKind::sigmoid_cross_entropy:
      for (std::size_t c = 0; c < z.size(); ++c) {
        const bool target = is_target(z.size(), c, label);
        dz[c] = target ? -1 / (1 + std::exp(z[c])) : 1 / (1 + std::exp(-z[c]));
      }
      return;
    case LossKind::squared_error:
      for (std::size_t c = 0; c < z.size(); ++c)
        dz[c] = 2 * (z[c] - (is_target(z.size(), c, label) ? T(1) : T(0)));
      return;
    case LossKind::hinge: {
      if (z.size() == 1) {
        dz[0] = label > 0 ? (1 - z[0] > 0 ? T(-1) : T(0)) : (1 + z[0] > 0 ? T(1) : T(0));
        return;
      }
      const T own = z[static_cast<std::size_t>(label)];
      T active = 0;
      for (std::size_t c = 0; c < z.size(); ++c)
        if (static_cast<std::int64_t>(c) != label) active += dz[c] = 1 + z[c] - own > 0 ? T(1) : T(0);
      dz[static_cast<std::size_t>(label)] = -active;
      return;
    }
    case LossKind::focal: {
      const LogSoftmax<T> soft(z, label);
      const T slope = focal_slope(static_cast<T>(loss.gamma), soft);
      for (std::size_t c = 0; c < z.size(); ++c)
        dz[c] = static_cast<std::int64_t>(c) == label ? slope * soft.others : -slope * soft.probability(z[c]);
      return;
    }
    case LossKind::bootstrap_soft: {
      const LogSoftmax<T> soft(z, label);
      const auto trust = static_cast<T>(loss.trust);
      const T entropy = soft.entropy(z);
      for (std::size_t c = 0; c < z.size(); ++c) {
        const T p = soft.probability(z[c]);
        dz[c] = trust * (static_cast<std::int64_t>(c) == label ? -soft.others : p) -
                (1 - trust) * p * (soft.logarithm(z[c]) + entropy);
      }
      return;
    }
    case LossKind::bootstrap_hard: {
      const LogSoftmax<T> soft(z, label);
      const auto trust = static_cast<T>(loss.trust);
      const auto first = static_cast<std::size_t>(std::max_element(z.begin(), z.end()) - z.begin());
      for (std::size_t c = 0; c < z.size(); ++c) {
        const T p = soft.probability(z[c]);
        dz[c] = trust * (static_cast<std::int64_t>(c) == label ? -soft.others : p) +
                (1 - trust) * (c == first ? p - 1 : p);
      }
      return;
    }
    case LossKind::noisy_labels: {
      const LogSoftmax<T> soft(z, label);
      const NoisyLabel<T> noisy(z, chances, soft);
      for (std::size_t c = 0; c < z.size(); ++c)
        dz[c] = soft.probability(z[c]) - noisy.posterior(z[c], chances[c]);
      return;
    }
  }
}

}  // namespace terramask::ops
