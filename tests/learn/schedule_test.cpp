// Learning rates against the formulas' values, and patterns of names.
#include "learn/schedule.hpp"

#include <gtest/gtest.h>

namespace terramask::learn {
namespace {

TEST(Schedule, FollowsItsFormula) {
  ScheduleSpec s{.rate = 0.1, .steps = 100, .step_size = 30};
  EXPECT_DOUBLE_EQ(learning_rate(s, 99), 0.1);
  s.kind = ScheduleKind::step;
  EXPECT_DOUBLE_EQ(learning_rate(s, 29), 0.1);
  EXPECT_DOUBLE_EQ(learning_rate(s, 30), 0.01);
  EXPECT_DOUBLE_EQ(learning_rate(s, 99), 0.1 * 1e-3);
  s.kind = ScheduleKind::exponential;
  EXPECT_NEAR(learning_rate(s, 60), 0.001, 1e-15);
  s.kind = ScheduleKind::polynomial;
  EXPECT_NEAR(learning_rate(s, 50), 0.1 * 0.535886731268146, 1e-12);  // 0.5^0.9
  s.kind = ScheduleKind::cosine;
  EXPECT_DOUBLE_EQ(learning_rate(s, 0), 0.1);
  EXPECT_NEAR(learning_rate(s, 50), 0.05, 1e-15);
  EXPECT_NEAR(learning_rate(s, 100), 0, 1e-15);
}

// The values of torch.optim.lr_scheduler.OneCycleLR(max_lr=0.1, total_steps=100).
TEST(Schedule, OneCycleIsPytorchs) {
  const ScheduleSpec s{.kind = ScheduleKind::one_cycle, .rate = 0.1, .steps = 100};
  EXPECT_NEAR(learning_rate(s, 0), 0.004, 1e-12);
  EXPECT_NEAR(learning_rate(s, 29), 0.1, 1e-12);
  EXPECT_NEAR(learning_rate(s, 99), 0.1 / 250000, 1e-12);
  EXPECT_NEAR(learning_rate(s, 64), 0.0500002, 1e-7);
}

TEST(Schedule, WarmsUp) {
  const ScheduleSpec s{.rate = 1, .warmup = 4};
  EXPECT_DOUBLE_EQ(learning_rate(s, 0), 0.25);
  EXPECT_DOUBLE_EQ(learning_rate(s, 3), 1);
  EXPECT_DOUBLE_EQ(learning_rate(s, 4), 1);
}

TEST(Pattern, StarsAndQuestionMarks) {
  EXPECT_TRUE(fits("down.*", "down.0.0.weight"));
  EXPECT_TRUE(fits("*.bias", "up.0.bias"));
  EXPECT_TRUE(fits("down.?.0.*", "down.3.0.weight"));
  EXPECT_FALSE(fits("down.?", "down.10"));
  EXPECT_FALSE(fits("down", "down.0"));
  EXPECT_TRUE(fits("*", ""));
}

TEST(Group, TheLastThatFitsCounts) {
  OptimizerSpec optimizer;
  optimizer.group.weight_decay = 0.1;
  optimizer.groups = {{"down.*", {.rate = 0.1}}, {"*.bias", {.weight_decay = 0}}};
  EXPECT_EQ(group_of(optimizer, "head.weight").weight_decay, 0.1);
  EXPECT_EQ(group_of(optimizer, "down.0.weight").rate, 0.1);
  EXPECT_EQ(group_of(optimizer, "down.0.bias").rate, 1);
}

}  // namespace
}  // namespace terramask::learn
