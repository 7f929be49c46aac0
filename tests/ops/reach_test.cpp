// Interval propagation against the reference: a result row may change with an operand row only if its reach
// includes it, and reach is no wider than that.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "harness.hpp"
#include "ops/operators.hpp"
#include "reach_cases.hpp"

namespace terramask::tests {
namespace {

using reference::Array;

std::int64_t extent(const Shape& shape, Axis axis) {
  return axis == Axis::rows ? shape.h() : shape.w();
}

std::vector<Array> evaluate(const Operator& op, const std::vector<Array>& operands) {
  std::vector<const Array*> pointers;
  std::vector<ValueType> types;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const bool indices = op.as<ops::MaxUnpool>() != nullptr && i == 1;
    types.push_back({indices ? DType::i32 : DType::f32, operands[i].shape});
    pointers.push_back(&operands[i]);
  }
  std::vector<Array> results;
  for (const ValueType& type : op.infer(types)) results.push_back(reference::make_array(type.shape));
  reference::evaluate(op, pointers, results);
  return results;
}

/// Adds to the reach found of every result row (or column) those of `operand` whose change changes it.
void observe(const Operator& op, std::vector<Array> operands, std::size_t operand, Axis axis,
             const std::function<void(double&)>& change, std::vector<std::vector<std::int64_t>>& found) {
  const std::vector<Array> before = evaluate(op, operands);
  const Shape& in = operands[operand].shape;
  found.resize(static_cast<std::size_t>(extent(before[0].shape, axis)));
  for (std::int64_t position = 0; position < extent(in, axis); ++position) {
    std::vector<Array> changed = operands;
    for (std::int64_t n = 0; n < in.n(); ++n)
      for (std::int64_t c = 0; c < in.c(); ++c)
        for (std::int64_t i = 0; i < in.h(); ++i)
          for (std::int64_t j = 0; j < in.w(); ++j)
            if ((axis == Axis::rows ? i : j) == position) change(changed[operand].at(n, c, i, j));
    const std::vector<Array> after = evaluate(op, changed);
    for (std::size_t r = 0; r < after.size(); ++r) {
      const Shape& out = after[r].shape;
      for (std::int64_t n = 0; n < out.n(); ++n)
        for (std::int64_t c = 0; c < out.c(); ++c)
          for (std::int64_t i = 0; i < out.h(); ++i)
            for (std::int64_t j = 0; j < out.w(); ++j)
              if (after[r].at(n, c, i, j) != before[r].at(n, c, i, j))
                found[static_cast<std::size_t>(axis == Axis::rows ? i : j)].push_back(position);
    }
  }
}

void check(const Operator& op, Axis axis, std::size_t operand, std::int64_t in,
           const std::vector<std::vector<std::int64_t>>& found) {
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto position = static_cast<std::int64_t>(i);
    const Interval reach = op.reach(operand, axis, {position, position + 1});
    for (const std::int64_t changed : found[i]) {
      EXPECT_GE(changed, reach.begin) << "result " << i;
      EXPECT_LT(changed, reach.end) << "result " << i;
    }
    // Beyond the image reach goes on; within it (though dilation leaves holes) both ends must matter.
    const bool within = reach.begin >= 0 && reach.end <= in && reach.begin < reach.end;
    if (!within) continue;
    ASSERT_FALSE(found[i].empty()) << "result " << i;
    EXPECT_EQ(*std::min_element(found[i].begin(), found[i].end()), reach.begin) << "result " << i;
    EXPECT_EQ(*std::max_element(found[i].begin(), found[i].end()), reach.end - 1) << "result " << i;
  }
}

TEST(ReachAgainstReference, IncludesWhatMattersAndNoMore) {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  for (const ReachCase& test : reach_cases()) {
    SCOPED_TRACE(std::string(test.op.name()) + " " + test.op.describe());
    std::vector<Array> operands;
    for (const Shape& shape : test.operands) {
      operands.push_back(reference::make_array(shape));
      for (double& value : operands.back().values) value = normal(random);
      if (shape.rank() == 1)  // a variance, for instance
        for (double& value : operands.back().values) value = 0.5 + std::abs(value);
    }
    for (std::size_t operand = 0; operand + test.weights < operands.size(); ++operand)
      for (const Axis axis : {Axis::rows, Axis::columns}) {
        std::vector<std::vector<std::int64_t>> found;
        // Large enough to become a window's maximum, and of another size in every channel.
        observe(
            test.op, operands, operand, axis, [&](double& x) { x += 20 + std::abs(normal(random)); }, found);
        check(test.op, axis, operand, extent(operands[operand].shape, axis), found);
      }
  }
}

// What an unpool reads depends on the indices: all that windows of this kind can hold, taken together.
TEST(ReachAgainstReference, UnpoolTakesInAllIndices) {
  for (const ops::MaxUnpool& op : reach_cases_of_unpools()) {
    SCOPED_TRACE(describe(op));
    const Operator erased(op);
    const auto windows = [&](Axis axis) {
      const auto of = [&](const Extent2& e) { return axis == Axis::rows ? e.h : e.w; };
      return (of(op.output) + 2 * of(op.padding) - of(op.kernel)) / of(op.stride) + 1;
    };
    const Shape shape{1, 3, windows(Axis::rows), windows(Axis::columns)};
    std::mt19937 random(4);
    for (const Axis axis : {Axis::rows, Axis::columns})
      for (const std::size_t operand : {0U, 1U}) {
        std::vector<std::vector<std::int64_t>> found;
        for (int draw = 0; draw < 60; ++draw) {
          Array x = reference::make_array(shape);
          for (std::size_t i = 0; i < x.values.size(); ++i) x.values[i] = 1 + static_cast<double>(i);
          const Array indices = draw_indices(shape, op.kernel, op.stride, op.padding, op.output, random);
          observe(
              erased, {x, indices}, operand, axis, [](double& value) { value = -1 - value; }, found);
        }
        check(erased, axis, operand, axis == Axis::rows ? shape.h() : shape.w(), found);
      }
  }
}

TEST(ReachArithmetic, IntervalsAreHullsAndShiftByTheRate) {
  for (const ReachCase& test : reach_cases()) {
    SCOPED_TRACE(std::string(test.op.name()) + " " + test.op.describe());
    for (const Axis axis : {Axis::rows, Axis::columns}) {
      const Rate rate = test.op.rate(axis);
      for (std::int64_t begin = -9; begin < 9; ++begin) {
        std::optional<Interval> hull;
        for (std::int64_t end = begin + 1; end < 12; ++end) {
          const Interval one = test.op.reach(0, axis, {end - 1, end});
          if (one.begin < one.end)
            hull = hull ? Interval{std::min(hull->begin, one.begin), std::max(hull->end, one.end)} : one;
          const Interval all = test.op.reach(0, axis, {begin, end});
          if (hull)
            EXPECT_EQ(all, *hull) << begin << " to " << end;
          else
            EXPECT_GE(all.begin, all.end);
          const Interval shifted =
              test.op.reach(0, axis, {begin + 3 * rate.numerator, end + 3 * rate.numerator});
          EXPECT_EQ(shifted, (Interval{all.begin + 3 * rate.denominator, all.end + 3 * rate.denominator}));
        }
        const Interval none = test.op.reach(0, axis, {begin, begin});
        EXPECT_EQ(none.begin, none.end);
      }
    }
  }
}

// The rate is the ratio of the extents, but for the rim.
TEST(RateAgainstShapes, IsTheRatioOfExtents) {
  for (const ReachCase& test : reach_cases()) {
    SCOPED_TRACE(std::string(test.op.name()) + " " + test.op.describe());
    for (const Axis axis : {Axis::rows, Axis::columns}) {
      const auto result = [&](std::int64_t grown) {
        std::vector<ValueType> types;
        for (const Shape& shape : test.operands) types.push_back({DType::f32, shape});
        for (std::size_t i = 0; i + test.weights < types.size(); ++i)
          types[i].shape[axis == Axis::rows ? 2 : 3] += grown;
        return extent(test.op.infer(types).front().shape, axis);
      };
      const Rate rate = test.op.rate(axis);
      EXPECT_EQ(result(6 * rate.denominator) - result(0), 6 * rate.numerator);
    }
  }
}

}  // namespace
}  // namespace terramask::tests
