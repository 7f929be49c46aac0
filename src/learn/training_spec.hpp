// Specification of a training, except its data: loss, optimiser, frozen parameters.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/enum_names.hpp"
#include "ops/adam/adam.hpp"
#include "ops/pixel_loss/pixel_loss.hpp"
#include "terramask/network.hpp"

namespace terramask::learn {

struct LossSpec {
  bool by_pixel = true;  ///< a sum over pixels
  bool dice = false;     ///< soft Dice; if both are set, the mean of the two
  ops::PixelLossOptions pixel;
  std::vector<double> chances{};  ///< of noisy_labels: C × C, row by label, column by truth
};

enum class OptimizerKind : std::uint8_t { sgd, adam, adamw };

/// Parameters whose names match `pattern` (* and ? as in a shell) have their own rate and decay; the last
/// matching group applies.
struct GroupSpec {
  std::string pattern;
  ops::ParameterGroup group;
};

struct OptimizerSpec {
  OptimizerKind kind = OptimizerKind::adam;
  double momentum = 0;  ///< sgd
  bool nesterov = false;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;  ///< adam, adamw
  ops::ParameterGroup group;                          ///< for parameters that match no pattern
  std::vector<GroupSpec> groups;
  double clip_norm = 0;  ///< maximum norm of all gradients together; 0: no limit
};

struct TrainingSpec {
  NetworkSpec network;
  std::int64_t batch = 1;   ///< patches per micro-batch
  std::int64_t height = 0;  ///< of a patch: a multiple of the network's total stride
  std::int64_t width = 0;
  LossSpec loss{};
  OptimizerSpec optimizer{};
  std::vector<std::string> frozen{};  ///< patterns of parameters that are not trained
};

/// Whether a name matches a pattern in which * stands for any characters and ? for one.
bool fits(std::string_view pattern, std::string_view name);

/// The group of a parameter.
const ops::ParameterGroup& group_of(const OptimizerSpec& optimizer, std::string_view parameter);

}  // namespace terramask::learn

template <>
inline constexpr auto terramask::enum_names<terramask::learn::OptimizerKind> =
    std::to_array<std::pair<terramask::learn::OptimizerKind, std::string_view>>({
        {terramask::learn::OptimizerKind::sgd, "sgd"},
        {terramask::learn::OptimizerKind::adam, "adam"},
        {terramask::learn::OptimizerKind::adamw, "adamw"},
    });
