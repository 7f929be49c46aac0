// What a project's keys mean for the learning rate.
#include "train/settings.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace terramask::train {
namespace {

TEST(ScheduleKeys, StepsAndDecayAreTheProjects) {
  TrainingKeys keys;
  keys.learning_rate = 0.1;
  keys.epochs = 30;
  keys.schedule = learn::ScheduleKind::step;
  const auto rate = [&](std::int64_t epoch) {
    return learn::learning_rate(schedule_of(keys, 10), 10 * epoch);
  };
  // By default a tenth after every third.
  EXPECT_DOUBLE_EQ(rate(9), 0.1);
  EXPECT_NEAR(rate(10), 0.01, 1e-15);
  keys.step_size = 4;
  keys.gamma = 0.5;
  EXPECT_DOUBLE_EQ(rate(3), 0.1);
  EXPECT_NEAR(rate(4), 0.05, 1e-15);
  EXPECT_NEAR(rate(8), 0.025, 1e-15);
  keys.schedule = learn::ScheduleKind::exponential;
  EXPECT_NEAR(rate(2), 0.1 * std::sqrt(0.5), 1e-12);
  keys.schedule = learn::ScheduleKind::polynomial;
  keys.power = 2;
  EXPECT_NEAR(rate(15), 0.025, 1e-12);
  keys.schedule = learn::ScheduleKind::cosine;
  keys.final_rate = 0.1;
  EXPECT_NEAR(rate(30), 0.01, 1e-12);
  keys.schedule = learn::ScheduleKind::one_cycle;
  keys.pct_start = 0.5;
  keys.div_factor = 10;
  keys.final_div_factor = 100;
  EXPECT_NEAR(rate(0), 0.01, 1e-12);
  EXPECT_NEAR(learn::learning_rate(schedule_of(keys, 10), 149), 0.1, 1e-12);
  EXPECT_NEAR(learn::learning_rate(schedule_of(keys, 10), 299), 0.0001, 1e-12);
}

}  // namespace
}  // namespace terramask::train
