#include "ops/sum_squares/sum_squares.hpp"
#include "ops/vulkan/flat.hpp"
#include "ops/vulkan/sums.hpp"

namespace terramask::ops {
namespace {

constexpr std::int64_t kPerGroup = 4096;

SumTree tree_of(const vulkan::Traits& traits, const Shape& x) {
  return {traits, 1, (x.elements() + kPerGroup - 1) / kPerGroup * 64};
}

}  // namespace

std::uint64_t scratch_bytes(const SumSquares&, const Graph& graph, const Node& node,
                            const vulkan::Traits& traits) {
  return tree_of(traits, graph.type(node.operands[0]).shape).bytes();
}

void record(const SumSquares&, vulkan::Recorder& recorder) {
  const Shape x = recorder.operand(0).shape;
  const SumTree tree = tree_of(recorder.traits(), x);
  each_flat_slice(
      recorder.traits(), x.elements(), kPerGroup, [&](const FlatSlice& slice, std::uint32_t groups) {
        recorder.dispatch(
            "sum_squares", {}, {slice.of(recorder.read(0, vulkan::View::storage)), tree.first(recorder)},
            vulkan::push_words(slice.count, slice.first / kPerGroup * 64), {groups, 1, 1}, slice.first == 0);
      });
  std::optional<vulkan::Binding> before;
  if (recorder.operands() > 1) before = recorder.read(1, vulkan::View::r32f);
  tree.finish(recorder, recorder.write(), before);
}

}  // namespace terramask::ops
