// The table's entries for the convolutions.
#include "case_builders.hpp"

namespace terramask::tests {
namespace {

// Weights that change between runs: nothing can be prepared of them.
template <class Conv>
Case with_variables(const Shape& shape, std::int64_t outputs, const Conv& op) {
  Case one = convolution(shape, outputs, op);
  one.name += " variable";
  one.build = single(shape, [=](Graph& graph, ValueId x) {
    const bool transposed = std::is_same_v<Conv, ops::ConvTranspose2d>;
    const std::int64_t first = transposed ? shape.c() : outputs, second = transposed ? outputs : shape.c();
    return graph.add(op, {x, graph.add_variable("weight", Shape{first, second, op.kernel.h, op.kernel.w}),
                          graph.add_variable("bias", Shape{outputs})});
  });
  return one;
}

}  // namespace

void conv2d_cases(std::vector<Case>& all) {
  using Op = ops::Conv2d;
  const auto add = [&](const Shape& shape, std::int64_t outputs, const Op& op, bool bias = true) {
    all.push_back(convolution(shape, outputs, op, bias));
  };
  // Sizes: single pixels, rows and columns, widths around the kernels' blocks, batches.
  const Op same{.kernel = {3, 3}, .padding = {1, 1}};
  add({1, 1, 1, 1}, 1, same);
  add({1, 3, 1, 9}, 2, same, false);
  add({1, 2, 9, 1}, 3, same);
  for (const std::int64_t width : {2, 3, 4, 5, 7, 8, 11, 16, 31, 33, 64, 65}) add({1, 3, 5, width}, 4, same);
  add({2, 5, 17, 19}, 7, same);
  add({3, 16, 8, 12}, 17, same, false);
  // Channels on either side of every block.
  for (const std::int64_t channels : {1, 2, 3, 5, 8, 9, 16, 17, 33, 64}) {
    add({1, channels, 6, 9}, 5, same);
    add({1, 5, 6, 9}, channels, same);
  }
  add({1, 64, 24, 24}, 64, same);
  add({2, 33, 20, 20}, 65, same);
  // Kernels.
  for (const Extent2& kernel : {Extent2{1, 1}, {2, 2}, {1, 3}, {3, 1}, {5, 5}, {4, 4}, {7, 7}, {2, 5}}) {
    add({1, 3, 13, 15}, 4, {.kernel = kernel});
    add({2, 5, 12, 16}, 17, {.kernel = kernel, .padding = {kernel.h / 2, kernel.w / 2}});
    add({1, 4, 13, 11}, 3, {.kernel = kernel, .stride = {2, 2}, .padding = {kernel.h / 2, kernel.w / 2}});
  }
  add({1, 64, 16, 16}, 33, {.kernel = {1, 1}});
  add({1, 33, 15, 17}, 64, {.kernel = {1, 1}, .stride = {2, 2}}, false);
  // Strides, dilations, padding beyond half the kernel, axes that differ.
  add({1, 3, 17, 19}, 5, {.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}});
  add({2, 16, 16, 16}, 16, {.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}});
  add({1, 3, 20, 22}, 5, {.kernel = {3, 3}, .stride = {3, 3}, .padding = {1, 1}});
  add({1, 3, 14, 14}, 5, {.kernel = {2, 2}, .stride = {3, 3}});
  add({1, 2, 9, 9}, 3, {.kernel = {1, 1}, .stride = {3, 3}, .padding = {1, 1}});
  add({1, 4, 15, 16}, 6, {.kernel = {3, 3}, .padding = {2, 2}, .dilation = {2, 2}});
  add({1, 4, 15, 17}, 6, {.kernel = {3, 3}, .stride = {2, 2}, .padding = {3, 3}, .dilation = {2, 2}});
  add({1, 2, 21, 12}, 3, {.kernel = {3, 2}, .stride = {1, 2}, .padding = {0, 3}, .dilation = {4, 1}});
  add({1, 3, 6, 7}, 4, {.kernel = {3, 3}, .padding = {3, 4}});
  add({1, 3, 2, 2}, 4, {.kernel = {7, 7}, .padding = {6, 6}});
  add({1, 3, 12, 10}, 4, {.kernel = {3, 3}, .stride = {1, 2}, .padding = {1, 0}});
  add({1, 3, 30, 30}, 8, {.kernel = {7, 7}, .stride = {4, 4}, .padding = {3, 3}});
  for (const Activation& activation : {relu, leaky, elu, sigmoid, tanh}) {
    add({1, 3, 9, 10}, 5, {.kernel = {3, 3}, .padding = {1, 1}, .activation = activation});
    add({1, 5, 7, 8}, 9, {.kernel = {1, 1}, .activation = activation}, false);
  }
  all.push_back(with_variables({1, 64, 13, 18}, 64, same));
  all.push_back(with_variables({1, 128, 9, 8}, 80, same));
  all.push_back(with_variables({2, 16, 9, 12}, 32, same));
  all.push_back(with_variables({1, 3, 9, 10}, 5, Op{.kernel = {5, 5}, .stride = {2, 2}, .padding = {2, 2}}));
}

void conv_transpose2d_cases(std::vector<Case>& all) {
  using Op = ops::ConvTranspose2d;
  const auto add = [&](const Shape& shape, std::int64_t outputs, const Op& op, bool bias = true) {
    all.push_back(convolution(shape, outputs, op, bias));
  };
  const Op twice{.kernel = {2, 2}, .stride = {2, 2}};
  add({1, 1, 1, 1}, 1, twice);
  add({1, 3, 1, 7}, 2, twice, false);
  add({2, 5, 7, 9}, 3, twice);
  for (const std::int64_t channels : {1, 2, 3, 5, 16, 17, 33, 64}) {
    add({1, channels, 5, 6}, 5, twice);
    add({1, 5, 5, 6}, channels, twice);
  }
  add({1, 64, 24, 24}, 32, twice);
  const Op fourth{.kernel = {4, 4}, .stride = {2, 2}, .padding = {1, 1}};
  add({1, 3, 6, 7}, 4, fourth);
  add({2, 16, 9, 8}, 17, fourth, false);
  add({1, 2, 1, 1}, 3, fourth);
  add({1, 2, 5, 4}, 2, {.kernel = {16, 16}, .stride = {8, 8}, .padding = {4, 4}});
  add({1, 3, 4, 3}, 2, {.kernel = {32, 32}, .stride = {16, 16}, .padding = {8, 8}}, false);
  add({1, 3, 6, 7}, 4, {.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}, .output_padding = {1, 1}});
  add({2, 4, 5, 8}, 3, {.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}});
  add({1, 4, 5, 6}, 5, {.kernel = {3, 3}, .stride = {3, 2}, .padding = {0, 1}, .output_padding = {2, 0}});
  // Kernel below stride: positions that no input reaches.
  add({1, 3, 5, 6}, 4, {.kernel = {1, 1}, .stride = {2, 2}, .output_padding = {1, 1}});
  add({1, 3, 5, 6}, 4, {.kernel = {2, 2}, .stride = {3, 3}});
  // Stride 1: a plain convolution with the kernel turned.
  add({1, 3, 7, 9}, 4, {.kernel = {3, 3}, .stride = {1, 1}, .padding = {1, 1}});
  add({1, 16, 8, 8}, 17, {.kernel = {3, 3}, .stride = {1, 1}});
  add({1, 3, 9, 8}, 4, {.kernel = {3, 3}, .stride = {1, 1}, .padding = {2, 2}, .dilation = {2, 2}});
  add({1, 3, 9, 8}, 4, {.kernel = {2, 5}, .stride = {1, 1}, .padding = {1, 4}});
  add({1, 5, 6, 6}, 4, {.kernel = {1, 1}, .stride = {1, 1}});
  add({1, 3, 8, 8}, 2, {.kernel = {3, 3}, .stride = {1, 1}, .padding = {3, 3}});
  add({1, 64, 17, 22}, 64, {.kernel = {3, 3}, .stride = {1, 1}, .padding = {1, 1}, .activation = relu});
  add({2, 80, 12, 9}, 64, {.kernel = {3, 3}, .stride = {1, 1}, .padding = {1, 1}}, false);
  add({1, 192, 7, 8}, 160, {.kernel = {3, 3}, .stride = {1, 1}, .padding = {1, 1}}, false);
  add({2, 32, 9, 12}, 48, {.kernel = {3, 3}, .stride = {1, 1}, .padding = {2, 1}});
  // Padding beyond the kernel: the result's border is cut off.
  add({1, 3, 9, 8}, 4, {.kernel = {1, 3}, .stride = {1, 1}, .padding = {1, 0}});
  // Dilated and strided at once.
  add({1, 3, 5, 6}, 4, {.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 2}, .dilation = {2, 2}});
  add({1, 3, 5, 6}, 4, {.kernel = {3, 2}, .stride = {3, 2}, .output_padding = {1, 1}, .dilation = {2, 3}});
  for (const Activation& activation : {relu, leaky, elu, sigmoid, tanh})
    add({1, 3, 5, 6}, 5, {.kernel = {2, 2}, .stride = {2, 2}, .activation = activation});
  all.push_back(with_variables({2, 32, 6, 9}, 16, twice));
  all.push_back(with_variables({1, 3, 6, 9}, 5, fourth));
  const Op turned{.kernel = {3, 3}, .stride = {1, 1}, .padding = {1, 1}};
  all.push_back(with_variables({1, 64, 11, 14}, 96, turned));
  all.push_back(with_variables({2, 16, 9, 7}, 32, turned));
  all.push_back(with_variables({1, 5, 9, 7}, 3, turned));
}

}  // namespace terramask::tests
