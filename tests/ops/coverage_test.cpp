// No operator without tests: the list of operators against the tables of cases, gradients and reaches.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "cases.hpp"
#include "gradient_cases.hpp"
#include "ops/operators.hpp"
#include "reach_cases.hpp"

namespace terramask::tests {
namespace {

/// What the compiler sees beside an operator.
struct Beside {
  std::string name;
  bool gradient, reach;
};

template <class Op>
concept HasRate = requires(const Op& op) {
  rate(op, Axis::rows);
};
template <class Op>
concept Pixelwise = requires {
  Op::pixelwise;
};

template <class Op>
Beside beside() {
  return {std::string(Op::name), operator_detail::Differentiable<Op>, HasRate<Op> || Pixelwise<Op>};
}

std::vector<Beside> operators() {
  return {
#define TERRAMASK_OPERATOR(Type, folder) beside<ops::Type>(),
#include "ops/operators.def"
#undef TERRAMASK_OPERATOR
  };
}

/// Why an operator has no gradient.
const std::map<std::string, std::string>& without_gradient() {
  static const std::string derivative = "is itself a derivative", update = "belongs to the update";
  static const std::map<std::string, std::string> all{
      {"argmax", "its result does not change with small changes"},
      {"conv2d_weight_gradient", derivative},
      {"channel_sum", derivative},
      {"batch_norm_gradient", derivative},
      {"activation_gradient", derivative},
      {"max_unpool_gradient", derivative},
      {"max_pool_gradient", derivative},
      {"avg_pool_gradient", derivative},
      {"upsample_gradient", derivative},
      {"slice_gradient", derivative},
      {"softmax_gradient", derivative},
      {"pixel_loss_gradient", derivative},
      {"dice_loss_gradient", derivative},
      {"accumulate", update},
      {"sum_squares", update},
      {"gradient_scale", update},
      {"sgd", update},
      {"adam", update},
  };
  return all;
}

TEST(Coverage, EveryOperatorHasACase) {
  const std::vector<std::string> tested = case_operators();
  for (const Beside& op : operators())
    EXPECT_NE(std::ranges::find(tested, op.name), tested.end()) << op.name << ": add a case to cases.cpp";
}

TEST(Coverage, EveryGradientIsTestedAndEveryLackOfOneIsMeant) {
  std::set<std::string> tested;
  for (const GradientCase& test : gradient_cases()) {
    const Graph graph = build(test).graph;
    for (const Node& node : graph.nodes()) tested.emplace(node.op.name());
  }
  for (const Beside& op : operators()) {
    if (op.gradient) {
      EXPECT_TRUE(tested.contains(op.name)) << op.name << ": add a case to gradient_cases.cpp";
      EXPECT_FALSE(without_gradient().contains(op.name)) << op.name << " has a gradient";
    } else {
      EXPECT_TRUE(without_gradient().contains(op.name))
          << op.name << ": it has no differentiate(); write one, or say in this test why there is none";
    }
  }
}

TEST(Coverage, EveryReachIsTested) {
  std::set<std::string> tested;
  for (const ReachCase& test : reach_cases()) tested.emplace(test.op.name());
  for (const ops::MaxUnpool& unpool : reach_cases_of_unpools()) tested.emplace(unpool.name);
  for (const Beside& op : operators())
    EXPECT_TRUE(!op.reach || tested.contains(op.name)) << op.name << ": add a case to reach_cases.cpp";
}

}  // namespace
}  // namespace terramask::tests
