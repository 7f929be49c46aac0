#include "evaluate/pair_pass.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "geo/style/mask_classes.hpp"

namespace terramask::evaluation {
namespace {

Window grown(const Window& window, std::int64_t by) {
  return {window.x - by, window.y - by, window.width + 2 * by, window.height + 2 * by};
}

}  // namespace

PairPass::PairPass(const EvaluationOptions& options, const EvaluationPair& pair,
                   const std::vector<ClassInfo>& classes, std::optional<std::size_t> positive,
                   bool with_areas)
    : options_(options),
      pair_(pair),
      classes_(classes),
      positive_(positive),
      mask_(pair.mask, classes),
      patches_(mask_.grid()) {
  if (!pair.reference.empty())
    reference_ = ReferenceSource::open(options, pair.reference, classes, grid(), pair.name());
  if (!pair.probabilities.empty()) {
    if (!positive)
      throw Error(
          ErrorCode::usage,
          fmt::format("{}: has {} classes, a sweep is of one against the rest", pair.name(), classes.size()),
          "name the one with `positive`");
    probabilities_.emplace(pair.probabilities, classes, *positive, grid(), pair.name());
  }
  if (with_areas) tally_.emplace(grid(), classes, geo::nodata_for(classes));
}

std::vector<double> PairPass::areas() const {
  std::vector<double> areas;
  for (std::size_t i = 0; i < classes_.size(); ++i)
    areas.push_back(has_areas() ? tally_->area(i) : static_cast<double>(tally_->pixels(i)));
  return areas;
}

ConfusionMatrix PairPass::run(Totals& totals, const std::function<void(std::uint64_t)>& done,
                              const ProgressSink& progress, const StopFlag* stop) {
  std::optional<ErrorRaster> errors;
  if (!pair_.errors.empty()) errors.emplace(pair_.errors, grid(), classes_, positive_, options_.overwrite);
  ConfusionMatrix matrix(classes_.size());
  const std::int64_t side = options_.block;
  for (std::int64_t y = 0; y < grid().height; y += side)
    for (std::int64_t x = 0; x < grid().width; x += side) {
      if (stop != nullptr) stop->check();
      const Window core = intersect({x, y, side, side}, grid().extent());
      add_block(core, totals, matrix);
      if (errors) errors->add(said_, truth_, core);
      done(geo::pixels(core));
    }
  mask_.check();
  if (reference_ == nullptr) return matrix;
  reference_->check();
  if (matrix.total() == 0)
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: says nothing within {}: every pixel is nodata, ignored or outside",
                            pair_.reference, pair_.name()),
                "name a reference of the same place");
  if (errors) errors->finish(progress, stop);
  return matrix;
}

void PairPass::add_block(const Window& core, Totals& totals, ConfusionMatrix& matrix) {
  const std::int64_t halo =
      std::max(totals.erosion ? totals.erosion->radius() : 0, totals.slack ? totals.slack->radius() : 0);
  const Window window = intersect(grown(core, halo), grid().extent());
  mask_.read(window, said_);
  mask_.count_unknown(said_, core);
  if (tally_) {
    values_.clear();
    for (std::int64_t y = core.y; y < core.y + core.height; ++y)
      for (std::int64_t x = core.x; x < core.x + core.width; ++x) {
        const Code code = said_.at(x, y);
        values_.push_back(static_cast<std::uint16_t>(
            code >= 0 ? classes_[static_cast<std::size_t>(code)].value : geo::nodata_for(classes_)));
      }
    tally_->add(core, values_);
  }
  if (reference_ == nullptr) return;
  reference_->read(window, truth_);
  reference_->count_unknown(truth_, core);
  for (std::int64_t y = core.y; y < core.y + core.height; ++y)
    for (std::int64_t x = core.x; x < core.x + core.width; ++x) {
      const Code truth = truth_.at(x, y);
      const Code said = said_.at(x, y);
      if (truth < 0 || said == unknown) continue;
      ++matrix.at(static_cast<std::size_t>(truth),
                  said >= 0 ? static_cast<std::size_t>(said) : matrix.nodata());
    }
  if (totals.erosion) add_eroded(said_, truth_, core, *totals.erosion, *totals.eroded);
  if (totals.slack) add_relaxed(said_, truth_, core, *totals.slack, totals.relaxed);
  if (probabilities_) probabilities_->add(truth_, core, totals.levels);
  if (options_.patches) patches_.add(said_, truth_, core);
}

}  // namespace terramask::evaluation
