// Shapes, refusals, operation counts and descriptions: what the graph knows of the operators.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ops/operators.hpp"

namespace terramask::ops {
namespace {

using testing::HasSubstr;

ValueType f32(const Shape& shape) {
  return {DType::f32, shape};
}

std::vector<ValueType> infer_all(const Operator& op, const std::vector<ValueType>& operands) {
  return op.infer(operands);
}

Shape infer_shape(const Operator& op, const std::vector<ValueType>& operands) {
  return infer_all(op, operands).front().shape;
}

void expect_refused(const Operator& op, const std::vector<ValueType>& operands, const std::string& why) {
  try {
    op.infer(operands);
    ADD_FAILURE() << op.name() << ": not refused: " << why;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::mismatch);
    EXPECT_THAT(error.what(), HasSubstr(why));
    EXPECT_THAT(error.what(), HasSubstr(std::string(op.name())));
    EXPECT_THAT(error.what(), HasSubstr("expected"));
    EXPECT_THAT(error.what(), HasSubstr("found"));
  }
}

TEST(Infer, Convolutions) {
  const ValueType x = f32({2, 3, 17, 20});
  EXPECT_EQ(infer_shape(Conv2d{}, {x, f32({5, 3, 3, 3})}), (Shape{2, 5, 15, 18}));
  EXPECT_EQ(infer_shape(Conv2d{.stride = {2, 3}, .padding = {1, 0}, .dilation = {2, 1}},
                        {x, f32({5, 3, 3, 3}), f32({5})}),
            (Shape{2, 5, 8, 6}));
  EXPECT_EQ(infer_shape(ConvTranspose2d{}, {x, f32({3, 5, 2, 2})}), (Shape{2, 5, 34, 40}));
  EXPECT_EQ(infer_shape(ConvTranspose2d{.kernel = {3, 3}, .padding = {1, 1}, .output_padding = {1, 0}},
                        {x, f32({3, 5, 3, 3}), f32({5})}),
            (Shape{2, 5, 34, 39}));
}

TEST(Infer, PoolsAndTheRest) {
  const ValueType x = f32({2, 3, 17, 20});
  EXPECT_EQ(infer_shape(MaxPool{}, {x}), (Shape{2, 3, 8, 10}));
  const auto pooled = infer_all(MaxPool{{3, 3}, {2, 2}, {1, 1}, true}, {x});
  ASSERT_EQ(pooled.size(), 2U);
  EXPECT_EQ(pooled[0], f32({2, 3, 9, 10}));
  EXPECT_EQ(pooled[1], (ValueType{DType::i32, {2, 3, 9, 10}}));
  EXPECT_EQ(infer_shape(MaxUnpool{{3, 3}, {2, 2}, {1, 1}, {17, 20}}, pooled), (Shape{2, 3, 17, 20}));
  EXPECT_EQ(infer_shape(AvgPool{{3, 5}, {1, 2}}, {x}), (Shape{2, 3, 15, 8}));
  EXPECT_EQ(infer_shape(Upsample{{2, 3}}, {x}), (Shape{2, 3, 34, 60}));
  EXPECT_EQ(infer_shape(Concat{}, {x, f32({2, 7, 17, 20}), x}), (Shape{2, 13, 17, 20}));
  EXPECT_EQ(infer_shape(Slice{1, 3}, {x}), (Shape{2, 2, 17, 20}));
  EXPECT_EQ(infer_shape(Pad{1, -2, 3, -4}, {x}), (Shape{2, 3, 16, 19}));
  EXPECT_EQ(infer_shape(Add{}, {x, x}), x.shape);
  EXPECT_EQ(infer_shape(Softmax{}, {x}), x.shape);
  EXPECT_EQ(infer_all(Argmax{}, {x}).front(), (ValueType{DType::i32, {2, 1, 17, 20}}));
  EXPECT_EQ(infer_shape(Activate{}, {f32({5, 6})}), (Shape{5, 6}));
}

TEST(Infer, RefusesConvolutionsThatDoNotFit) {
  const ValueType x = f32({1, 3, 9, 9}), w = f32({5, 3, 3, 3});
  expect_refused(Conv2d{}, {x}, "2 to 3 operands");
  expect_refused(Conv2d{}, {x, w, f32({5}), x}, "found 4");
  expect_refused(Conv2d{}, {x, f32({5, 4, 3, 3})}, "5×3×3×3, found f32 5×4×3×3");
  expect_refused(Conv2d{.kernel = {5, 5}}, {x, w}, "5×3×5×5");
  expect_refused(Conv2d{}, {x, w, f32({4})}, "bias f32 5, found f32 4");
  expect_refused(Conv2d{}, {f32({3, 9, 9}), w}, "N×C×H×W");
  expect_refused(Conv2d{}, {{DType::u8, x.shape}, w}, "u8");
  expect_refused(Conv2d{}, {f32({1, 3, 0, 9}), w}, "1×3×0×9");
  expect_refused(Conv2d{}, {f32({1, 3, 2, 9}), w}, "1×5×0×7");
  expect_refused(Conv2d{.kernel = {0, 3}}, {x, w}, "kernel from 1");
  expect_refused(Conv2d{.stride = {1, 0}}, {x, w}, "stride from 1");
  expect_refused(Conv2d{.padding = {-1, 0}}, {x, w}, "padding from 0");
  expect_refused(Conv2d{.dilation = {0, 1}}, {x, w}, "dilation from 1");
  const std::int64_t huge = std::int64_t{1} << 62;
  expect_refused(Conv2d{.padding = {huge, huge}}, {x, w}, "padding from 0");
  expect_refused(Conv2d{}, {f32({huge, huge, huge, huge}), w}, "operand 0");
  expect_refused(ConvTranspose2d{}, {x, f32({5, 3, 2, 2})}, "weight f32 3×3×2×2");
  expect_refused(ConvTranspose2d{.output_padding = {2, 0}}, {x, f32({3, 5, 2, 2})}, "output padding");
  expect_refused(ConvTranspose2d{.padding = {9, 9}}, {x, f32({3, 5, 2, 2})}, "not empty");
  const std::int64_t large = std::int64_t{1} << 20;
  expect_refused(ConvTranspose2d{.stride = {large, large}}, {f32({1, 3, large, large}), f32({3, 5, 2, 2})},
                 "addressed");
}

TEST(Infer, RefusesTheRestThatDoesNotFit) {
  const ValueType x = f32({1, 3, 9, 9}), indices{DType::i32, {1, 3, 4, 4}};
  expect_refused(MaxPool{{2, 2}, {2, 2}, {2, 2}}, {x}, "half the kernel");
  expect_refused(MaxPool{{2, 2}, {0, 2}, {0, 0}}, {x}, "stride");
  expect_refused(MaxPool{{10, 10}}, {x}, "not empty");
  expect_refused(MaxPool{.indices = true}, {f32({1, 1, 1 << 16, 1 << 16})}, "2^31");
  expect_refused(MaxUnpool{.output = {9, 9}}, {f32({1, 3, 4, 4}), f32({1, 3, 4, 4})}, "i32");
  expect_refused(MaxUnpool{.output = {9, 9}}, {f32({1, 3, 5, 4}), indices}, "indices 1×3×5×4");
  expect_refused(MaxUnpool{.output = {10, 9}}, {f32({1, 3, 4, 4}), indices}, "5 rows");
  expect_refused(MaxUnpool{}, {f32({1, 3, 4, 4}), indices}, "not empty");
  expect_refused(AvgPool{{3, 3}, {1, 1}, {2, 2}}, {x}, "half the kernel");
  expect_refused(BatchNorm{}, {x, f32({3}), f32({3}), f32({4}), f32({3})}, "running mean f32 3, found f32 4");
  expect_refused(BatchNorm{.epsilon = 0}, {x, f32({3}), f32({3}), f32({3}), f32({3})}, "epsilon");
  expect_refused(Activate{}, {{DType::i32, {3}}}, "i32");
  expect_refused(Upsample{{0, 2}}, {x}, "factor");
  expect_refused(Concat{}, {}, "at least 1");
  expect_refused(Concat{}, {x, f32({1, 3, 9, 8})}, "1×3×9×8");
  expect_refused(Slice{2, 4}, {x}, "[0, 3), found [2, 4)");
  expect_refused(Slice{2, 2}, {x}, "[2, 2)");
  expect_refused(Add{}, {x, f32({1, 1, 9, 9})}, "1×1×9×9");
  expect_refused(Pad{-5, -4, 0, 0}, {x}, "not empty");
  expect_refused(Pad{-9, 20, 0, 0}, {x}, "crop smaller");
  expect_refused(Pad{std::int64_t{1} << 62, std::int64_t{1} << 62, 0, 0}, {x}, "2^32");
  expect_refused(Softmax{}, {f32({3})}, "N×C×H×W");
  expect_refused(Argmax{}, {x, x}, "1 operands");
}

double count(const Operator& op, const std::vector<ValueType>& operands) {
  return op.flops(operands, op.infer(operands));
}

TEST(Flops, AreCounted) {
  const ValueType x = f32({2, 3, 8, 8});
  EXPECT_EQ(count(Conv2d{.padding = {1, 1}}, {x, f32({5, 3, 3, 3})}), 2.0 * 2 * 5 * 64 * 3 * 9);
  EXPECT_EQ(count(Conv2d{.kernel = {1, 1}, .stride = {2, 2}}, {x, f32({5, 3, 1, 1})}), 2.0 * 2 * 5 * 16 * 3);
  EXPECT_EQ(count(ConvTranspose2d{}, {x, f32({3, 5, 2, 2})}), 2.0 * 2 * 3 * 64 * 5 * 4);
  EXPECT_EQ(count(MaxPool{}, {x}), 2.0 * 3 * 16 * 4);
  EXPECT_EQ(count(AvgPool{}, {x}), 2.0 * 3 * 16 * 4);
  EXPECT_EQ(count(Add{}, {x, x}), 2.0 * 3 * 64);
  EXPECT_EQ(count(Concat{}, {x, x}), 0);
  EXPECT_EQ(count(Argmax{}, {x}), 2.0 * 3 * 64);
  // No overflow where the product of extents has more than 64 bits.
  const ValueType wide = f32({1, 1 << 14, 1 << 14, 1 << 14});
  EXPECT_NEAR(count(Conv2d{.kernel = {1, 1}}, {wide, f32({1 << 14, 1 << 14, 1, 1})}) / std::pow(2.0, 57), 1,
              1e-12);
}

TEST(Describe, NamesWhatIsNotUsual) {
  const auto text = [](const Operator& op) { return op.describe(); };
  EXPECT_EQ(text(Conv2d{}), "3×3");
  EXPECT_EQ(text(Conv2d{.stride = {2, 2}, .padding = {1, 1}, .activation = {ActivationKind::relu}}),
            "3×3 stride 2 pad 1 + relu");
  EXPECT_EQ(text(Conv2d{.padding = {0, 2}, .dilation = {2, 2}}), "3×3 pad 0×2 dilation 2");
  EXPECT_EQ(text(ConvTranspose2d{.output_padding = {1, 1}}), "2×2 stride 2 output pad 1");
  EXPECT_EQ(text(MaxPool{.indices = true}), "2×2 stride 2 with indices");
  EXPECT_EQ(text(Activate{{ActivationKind::leaky_relu, 0.25F}}), "leaky_relu(0.25)");
  EXPECT_EQ(text(Upsample{.mode = UpsampleMode::bilinear}), "bilinear 2×2");
  EXPECT_EQ(text(Slice{2, 5}), "channels 2 to 4");
}

}  // namespace
}  // namespace terramask::ops
