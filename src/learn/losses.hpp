// Training losses by name.
#pragma once

#include <array>

#include "core/enum_names.hpp"
#include "learn/training_spec.hpp"

namespace terramask::learn {

enum class Loss : std::uint8_t {
  cross_entropy,
  sigmoid,
  squared,
  hinge,
  focal,
  dice,
  cross_entropy_dice,  ///< the mean of both, for rare classes
  bootstrap_soft,
  bootstrap_hard,
  noisy_labels,
};

/// The components of a loss, with default options.
LossSpec loss_spec(Loss loss);

}  // namespace terramask::learn

template <>
inline constexpr auto terramask::enum_names<terramask::learn::Loss> =
    std::to_array<std::pair<terramask::learn::Loss, std::string_view>>({
        {terramask::learn::Loss::cross_entropy, "cross_entropy"},
        {terramask::learn::Loss::sigmoid, "sigmoid"},
        {terramask::learn::Loss::squared, "squared"},
        {terramask::learn::Loss::hinge, "hinge"},
        {terramask::learn::Loss::focal, "focal"},
        {terramask::learn::Loss::dice, "dice"},
        {terramask::learn::Loss::cross_entropy_dice, "cross_entropy_dice"},
        {terramask::learn::Loss::bootstrap_soft, "bootstrap_soft"},
        {terramask::learn::Loss::bootstrap_hard, "bootstrap_hard"},
        {terramask::learn::Loss::noisy_labels, "noisy_labels"},
    });
