#include "evaluate/patches.hpp"

#include <algorithm>
#include <tuple>

#include "evaluate/pictures.hpp"

namespace terramask::evaluation {
namespace {

double accuracy(const PatchPicture& patch) {
  return static_cast<double>(patch.right) / static_cast<double>(patch.judged);
}

}  // namespace

PatchCounts::PatchCounts(const Grid& grid)
    : grid_(grid), columns_((grid.width + kEvaluationPatch - 1) / kEvaluationPatch) {
  counts_.resize(
      static_cast<std::size_t>(columns_ * ((grid.height + kEvaluationPatch - 1) / kEvaluationPatch)));
}

void PatchCounts::add(const CodeBlock& mask, const CodeBlock& reference, const Window& core) {
  for (std::int64_t y = core.y; y < core.y + core.height; ++y)
    for (std::int64_t x = core.x; x < core.x + core.width; ++x) {
      const Code truth = reference.at(x, y);
      if (truth < 0) continue;
      Count& count =
          counts_[static_cast<std::size_t>(y / kEvaluationPatch * columns_ + x / kEvaluationPatch)];
      ++count.judged;
      if (mask.at(x, y) == truth) ++count.right;
    }
}

void PatchCounts::append_to(std::vector<PatchPicture>& patches, std::size_t pair) const {
  constexpr std::uint32_t quarter = kEvaluationPatch * kEvaluationPatch / 4;
  const bool large = std::any_of(counts_.begin(), counts_.end(),
                                 [](const Count& c) { return c.judged >= quarter && c.right < c.judged; });
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const Count& count = counts_[i];
    if (count.judged == 0 || count.right == count.judged || (large && count.judged < quarter)) continue;
    const auto at = static_cast<std::int64_t>(i);
    PatchPicture patch{.pair = pair, .judged = count.judged, .right = count.right};
    patch.window = intersect({at % columns_ * kEvaluationPatch, at / columns_ * kEvaluationPatch,
                              kEvaluationPatch, kEvaluationPatch},
                             grid_.extent());
    patches.push_back(std::move(patch));
  }
}

void keep_worst(std::vector<PatchPicture>& patches, std::size_t most) {
  std::sort(patches.begin(), patches.end(), [](const PatchPicture& a, const PatchPicture& b) {
    return std::make_tuple(accuracy(a), b.judged, a.pair, a.window.y, a.window.x) <
           std::make_tuple(accuracy(b), a.judged, b.pair, b.window.y, b.window.x);
  });
  if (patches.size() > most) patches.resize(most);
}

void draw_patch(PatchPicture& patch, const std::vector<ClassInfo>& classes, MaskSource& mask,
                ReferenceSource& reference, const std::string& image, const std::string& mask_name) {
  CodeBlock block;
  mask.read(patch.window, block);
  patch.prediction = codes_picture(block, classes).url();
  reference.read(patch.window, block);
  patch.reference = codes_picture(block, classes).url();
  if (!image.empty()) patch.image = image_picture(image, patch.window, mask.grid(), mask_name).url();
}

}  // namespace terramask::evaluation
