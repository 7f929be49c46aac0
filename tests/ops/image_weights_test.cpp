// Weights that are neither trained nor made by an operator of weights: an image, which the CPU executor may
// have laid out in blocks of channels.
#ifdef TERRAMASK_CPU
#include <gtest/gtest.h>

#include <algorithm>

#include "ops/operators.hpp"
#include "terramask/executor.hpp"

namespace terramask {
namespace {

Graph convolution_by_input(const Shape& x, const Shape& weight) {
  Graph graph;
  const ValueId image = graph.add_input("x", {DType::f32, x}),
                kernel = graph.add_input("w", {DType::f32, weight});
  graph.add_output("y", graph.add1(ops::Conv2d{.kernel = {3, 3}, .padding = {1, 1}}, {image, kernel}));
  return graph;
}

TEST(ImageAsWeights, ThatLiesInBlocksIsRefused) {
  for (const Precision precision : {Precision::fast, Precision::exact}) {
    const auto device = make_executor({.device = "cpu", .precision = precision});
    try {
      (void)device->compile(convolution_by_input({1, 64, 8, 8}, {64, 64, 3, 3}), {});
      FAIL() << "compiled";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::unsupported);
      EXPECT_NE(std::string(error.what()).find("w: an image serves as weights"), std::string::npos)
          << error.what();
    }
  }
}

TEST(ImageAsWeights, ThatLiesAsItsShapeSaysIsTaken) {
  const auto executor = make_executor({.device = "cpu"});
  const auto program = executor->compile(convolution_by_input({1, 3, 4, 4}, {2, 3, 3, 3}), {});
  std::ranges::fill(program->input_as<float>(0, "x"), 1.0F);
  std::ranges::fill(program->input_as<float>(0, "w"), 0.5F);
  program->submit(0);
  program->wait(0);
  EXPECT_EQ(program->output_as<float>(0, "y")[5], 0.5F * 27);  // inside: three channels of nine taps
  EXPECT_EQ(program->output_as<float>(0, "y")[0], 0.5F * 12);  // a corner: four taps
}

}  // namespace
}  // namespace terramask
#endif
