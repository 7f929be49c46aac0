#include "learn/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace terramask::learn {
namespace {

// Half-cosine transition from `from` to `to`; `part` is from 0 to 1.
double cosine(double from, double to, double part) {
  return to + (from - to) * (1 + std::cos(std::numbers::pi * part)) / 2;
}

double one_cycle(const ScheduleSpec& schedule, double step, double steps) {
  const double rate = schedule.rate, first = rate / schedule.div_factor;
  const double top = std::max(1.0, schedule.rise * steps - 1), last = std::max(top + 1, steps - 1);
  if (step <= top) return cosine(first, rate, step / top);
  return cosine(rate, first / schedule.final_div_factor, std::min(1.0, (step - top) / (last - top)));
}

}  // namespace

double learning_rate(const ScheduleSpec& schedule, std::int64_t step) {
  const auto now = static_cast<double>(step),
             steps = static_cast<double>(std::max<std::int64_t>(schedule.steps, 1));
  const auto size = static_cast<double>(std::max<std::int64_t>(schedule.step_size, 1));
  const double rate = schedule.rate, part = std::min(1.0, now / steps);
  double found = rate;
  switch (schedule.kind) {
    case ScheduleKind::constant:
      break;
    case ScheduleKind::step:
      found = rate * std::pow(schedule.gamma, std::floor(now / size));
      break;
    case ScheduleKind::exponential:
      found = rate * std::pow(schedule.gamma, now / size);
      break;
    case ScheduleKind::polynomial:
      found = rate * std::pow(1 - part, schedule.power);
      break;
    case ScheduleKind::cosine:
      found = cosine(rate, schedule.final_rate, part);
      break;
    case ScheduleKind::one_cycle:
      found = one_cycle(schedule, now, steps);
      break;
  }
  if (step < schedule.warmup) found *= (now + 1) / static_cast<double>(schedule.warmup);
  return found;
}

std::array<double, ops::kScheduleLength> update_schedule(double rate, const OptimizerSpec& optimizer,
                                                         std::int64_t step) {
  const auto t = static_cast<double>(step + 1);
  return {rate, 1 - std::pow(optimizer.beta1, t), 1 - std::pow(optimizer.beta2, t)};
}

}  // namespace terramask::learn
