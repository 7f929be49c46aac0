// Learning rate schedules.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "core/enum_names.hpp"
#include "learn/training_spec.hpp"

namespace terramask::learn {

enum class ScheduleKind : std::uint8_t {
  constant,
  step,         ///< rate · gamma^⌊step / step_size⌋
  exponential,  ///< rate · gamma^(step / step_size)
  polynomial,   ///< rate · (1 − step / steps)^power
  cosine,     ///< final + (rate − final) · (1 + cos(π · step / steps)) / 2 (Loshchilov and Hutter 2017)
  one_cycle,  ///< cosine rise from rate / div_factor to rate, then cosine fall to rate / (div_factor ·
              ///< final_div_factor) (Smith and Topin 2018, as PyTorch's OneCycleLR)
};

struct ScheduleSpec {
  ScheduleKind kind = ScheduleKind::constant;
  double rate = 1e-3;
  std::int64_t steps = 1;      ///< of the whole training
  std::int64_t warmup = 0;     ///< steps over which the rate rises linearly from 0, for all kinds
  std::int64_t step_size = 1;  ///< of step and exponential
  double gamma = 0.1;
  double power = 0.9;
  double final_rate = 0;  ///< of cosine
  double rise = 0.3;      ///< of one_cycle: the share of steps during which the rate rises (pct_start)
  double div_factor = 25, final_div_factor = 1e4;  ///< of one_cycle
};

/// The learning rate of a step, counted from 0.
double learning_rate(const ScheduleSpec& schedule, std::int64_t step);

/// The schedule values of an update (see ops/sgd): the rate, and Adam's 1 − β1^t and 1 − β2^t with t = step +
/// 1.
std::array<double, ops::kScheduleLength> update_schedule(double rate, const OptimizerSpec& optimizer,
                                                         std::int64_t step);

}  // namespace terramask::learn

template <>
inline constexpr auto terramask::enum_names<terramask::learn::ScheduleKind> =
    std::to_array<std::pair<terramask::learn::ScheduleKind, std::string_view>>({
        {terramask::learn::ScheduleKind::constant, "constant"},
        {terramask::learn::ScheduleKind::step, "step"},
        {terramask::learn::ScheduleKind::exponential, "exponential"},
        {terramask::learn::ScheduleKind::polynomial, "polynomial"},
        {terramask::learn::ScheduleKind::cosine, "cosine"},
        {terramask::learn::ScheduleKind::one_cycle, "one_cycle"},
    });
