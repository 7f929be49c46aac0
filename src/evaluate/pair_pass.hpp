// One pass over one mask and its reference, block by block.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "evaluate/error_raster.hpp"
#include "evaluate/mask_source.hpp"
#include "evaluate/neighbourhood.hpp"
#include "evaluate/patches.hpp"
#include "evaluate/reference_source.hpp"
#include "evaluate/sweep.hpp"
#include "geo/write/class_tally.hpp"

namespace terramask::evaluation {

/// What all pairs add to.
struct Totals {
  std::optional<Disc> erosion, slack;
  std::optional<ConfusionMatrix> eroded;
  std::vector<RelaxedScore> relaxed;
  LevelCounts levels;
};

class PairPass {
 public:
  /// Opens everything, so that errors are reported before the first pixel.
  /// @param with_areas mapped areas are wanted
  PairPass(const EvaluationOptions& options, const EvaluationPair& pair,
           const std::vector<ClassInfo>& classes, std::optional<std::size_t> positive, bool with_areas);

  const Grid& grid() const { return mask_.grid(); }
  MaskSource& mask() { return mask_; }
  /// Null where only points are.
  ReferenceSource* reference() { return reference_.get(); }
  const PatchCounts& patches() const { return patches_; }
  /// Mapped ground by class, in m², or in pixels where the grid has no place on Earth.
  std::vector<double> areas() const;
  bool has_areas() const { return tally_ && tally_->has_areas(); }

  /// Puts the error raster in place, where there is one.
  /// @param done  receives the number of pixels of each block
  ConfusionMatrix run(Totals& totals, const std::function<void(std::uint64_t)>& done,
                      const ProgressSink& progress, const StopFlag* stop);

 private:
  void add_block(const Window& core, Totals& totals, ConfusionMatrix& matrix);

  const EvaluationOptions& options_;
  const EvaluationPair& pair_;
  const std::vector<ClassInfo>& classes_;
  std::optional<std::size_t> positive_;
  MaskSource mask_;
  std::unique_ptr<ReferenceSource> reference_;
  std::optional<ProbabilitySource> probabilities_;
  std::optional<geo::ClassTally> tally_;
  PatchCounts patches_;
  CodeBlock said_, truth_;
  std::vector<std::uint16_t> values_;
};

}  // namespace terramask::evaluation
