#include "ops/pixel_loss/pixel_loss.hpp"
#include "ops/vulkan/losses.hpp"

namespace terramask::ops {
namespace {

constexpr std::int64_t kSums = 2;  // of the loss and of the weights

}  // namespace

std::uint64_t scratch_bytes(const PixelLoss&, const Graph& graph, const Node& node,
                            const vulkan::Traits& traits) {
  return pixel_sums(traits, graph.type(node.operands[0]).shape, kSums).bytes();
}

void record(const PixelLoss& op, vulkan::Recorder& recorder) {
  const Shape z = recorder.operand(0).shape;
  const std::int64_t area = z.h() * z.w(), pixels = z.n() * area;
  const std::uint32_t groups = vulkan::ceil_div(pixels, kPixelGroup);
  const SumTree tree = pixel_sums(recorder.traits(), z, kSums);
  std::vector<vulkan::Binding> bindings = labelled_with_chances(recorder);
  bindings.push_back(tree.first(recorder));
  recorder.dispatch("pixel_loss", {static_cast<std::uint32_t>(op.loss.kind)}, bindings,
                    vulkan::push_words(pixels, area, z.c(), groups * 64, op.loss.label_smoothing,
                                       op.loss.gamma, op.loss.trust),
                    {groups, 1, 1});
  tree.finish(recorder, recorder.write());
}

}  // namespace terramask::ops
