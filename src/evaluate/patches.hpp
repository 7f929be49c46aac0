// The patches with the most errors, and pictures of them.
#pragma once

#include <vector>

#include "evaluate/mask_source.hpp"
#include "evaluate/reference_source.hpp"
#include "terramask/evaluate.hpp"

namespace terramask::evaluation {

/// Right and judged pixels by patch: eight bytes for each 256 × 256 pixels.
class PatchCounts {
 public:
  explicit PatchCounts(const Grid& grid);

  void add(const CodeBlock& mask, const CodeBlock& reference, const Window& core);

  /// Adds those where at least a quarter of a whole patch is judged and something is wrong, without pictures;
  /// where there are none, those where anything is.
  void append_to(std::vector<PatchPicture>& patches, std::size_t pair) const;

 private:
  struct Count {
    std::uint32_t judged = 0, right = 0;
  };
  Grid grid_;
  std::int64_t columns_;
  std::vector<Count> counts_;
};

/// Keeps the patches of lowest accuracy, the worst first; of equals the one with more judged pixels, then by
/// place.
void keep_worst(std::vector<PatchPicture>& patches, std::size_t most);

/// Fills in the pictures of a patch. @param image path; empty: none
void draw_patch(PatchPicture& patch, const std::vector<ClassInfo>& classes, MaskSource& mask,
                ReferenceSource& reference, const std::string& image, const std::string& mask_name);

}  // namespace terramask::evaluation
