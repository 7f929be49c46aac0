// Shapes and host tensors.
#include "terramask/tensor.hpp"

#include <gtest/gtest.h>

namespace terramask {
namespace {

TEST(Shape, CountsAndPrints) {
  const Shape shape{2, 3, 5, 7};
  EXPECT_EQ(shape.elements(), 210);
  EXPECT_EQ(shape.w(), 7);
  EXPECT_EQ(to_string(shape), "2×3×5×7");
  EXPECT_EQ(to_string(Shape{}), "scalar");
  EXPECT_EQ(Shape{}.elements(), 1);
  EXPECT_NE(Shape({2, 3}), Shape({2, 3, 1}));
}

TEST(Shape, RefusesMoreThanFourAxes) {
  const std::vector<std::int64_t> extents(5, 1);
  EXPECT_THROW(Shape(std::span<const std::int64_t>(extents)), Error);
}

TEST(Tensor, HoldsWhatItWasGiven) {
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  const Tensor tensor(Shape{2, 3}, std::span<const float>(values));
  EXPECT_EQ(tensor.values<float>()[5], 6);
  EXPECT_EQ(tensor.bytes().size(), 24u);
  EXPECT_THROW(tensor.values<double>(), Error);
  EXPECT_THROW(Tensor(Shape{7}, std::span<const float>(values)), Error);
}

TEST(Error, JoinsCauseAndRemedy) {
  const Error error(ErrorCode::io, "a.tif: cannot be read", "copy it again");
  EXPECT_STREQ(error.what(), "a.tif: cannot be read; copy it again");
  EXPECT_STREQ(Error(ErrorCode::io, "a.tif: cannot be read").what(), "a.tif: cannot be read");
}

}  // namespace
}  // namespace terramask
