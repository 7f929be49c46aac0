#include "terramask/class_info.hpp"

#include <gtest/gtest.h>

namespace terramask::tests {
namespace {

using Classes = std::vector<ClassInfo>;
using Values = std::set<int>;

TEST(ClassInfo, BackgroundIsKnownByItsName) {
  EXPECT_EQ(background_values(Classes{{0, "a", ""}, {1, "b", ""}, {2, "Background", ""}}), Values{2});
  EXPECT_EQ(background_values(Classes{{0, "Other", ""}, {1, "b", ""}, {2, "c", ""}}), Values{0});
  EXPECT_EQ(background_values(Classes{{0, "a", ""}, {1, "other", ""}, {2, "c", ""}}), Values{});
  EXPECT_EQ(background_values(Classes{{0, "land", ""}, {1, "water", ""}}), Values{0});
  EXPECT_EQ(background_values(Classes{}), Values{});
}

TEST(ClassInfo, WhatIsSaidOfAClassStandsOverItsName) {
  const Classes classes{{0, "background", "", false}, {1, "grass", "", true}, {2, "none", ""}};
  EXPECT_EQ(transparent_values(classes), (Values{1, 2}));
}

TEST(ClassInfo, TheBackgroundIsMadeTransparentOrNot) {
  Classes named{{0, "a", ""}, {1, "background", ""}, {2, "c", "", true}};
  set_background_transparent(named, false);
  EXPECT_EQ(transparent_values(named), Values{2});
  Classes unnamed{{7, "a", ""}, {0, "b", ""}, {2, "c", ""}};
  set_background_transparent(unnamed, true);
  EXPECT_EQ(transparent_values(unnamed), Values{0});
  Classes without_zero{{7, "a", ""}, {1, "b", ""}, {2, "c", ""}};
  set_background_transparent(without_zero, true);
  EXPECT_EQ(transparent_values(without_zero), Values{7});
}

}  // namespace
}  // namespace terramask::tests
