#include "ops/dice_loss/dice_loss.hpp"
#include "ops/vulkan/losses.hpp"

namespace terramask::ops {

std::uint64_t scratch_bytes(const DiceLoss&, const Graph& graph, const Node& node,
                            const vulkan::Traits& traits) {
  const Shape& z = graph.type(node.operands[0]).shape;
  return pixel_sums(traits, z, 3 * z.c()).bytes();
}

void record(const DiceLoss& op, vulkan::Recorder& recorder) {
  const Shape z = recorder.operand(0).shape;
  const std::int64_t area = z.h() * z.w(), pixels = z.n() * area;
  const std::uint32_t groups = vulkan::ceil_div(pixels, kPixelGroup);
  const SumTree tree = pixel_sums(recorder.traits(), z, 3 * z.c());
  std::vector<vulkan::Binding> bindings = labelled(recorder);
  bindings.push_back(tree.first(recorder));
  recorder.dispatch("dice_loss", {}, bindings, vulkan::push_words(pixels, area, z.c(), groups * 64),
                    {groups, vulkan::u32(z.c()), 1});
  tree.finish(recorder, recorder.write(1));
  vulkan::Binding by_class = recorder.write(1);
  by_class.view = vulkan::View::r32f;
  recorder.dispatch("dice_total", {}, {by_class, recorder.write(0)}, vulkan::push_words(z.c(), op.smooth),
                    {1, 1, 1});
}

}  // namespace terramask::ops
