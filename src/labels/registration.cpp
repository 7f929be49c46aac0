#include "labels/registration.hpp"

#include <algorithm>
#include <cmath>

namespace terramask::labels {
namespace {

constexpr int kRounds = 3;
constexpr int kStep = 2;               // pixels between the offsets tried at first
constexpr int kEvery = 3;              // pixels between those that are then looked at
constexpr double kLeastSpread = 3;     // pixels that blocks may always stray from each other
constexpr std::size_t kFewBlocks = 5;  // too few to say how far they stray

/// Adds what a block shows when its labels are moved: to each quarter's model, by which pixel a label is of.
void add_block(const BlockPixels& block, std::array<int, 2> offset, int every, std::span<ColorModel> models) {
  const int first = block.margin, last = block.margin + block.side, middle = first + block.side / 2;
  for (int y = first; y < last; y += every)
    for (int x = first; x < last; x += every) {
      const std::uint16_t code = block.codes[block.index(x, y)];
      const ColorBin bin = block.colors[block.index(x + offset[0], y + offset[1])];
      if (code == 0 || bin == kNoColor) continue;
      const std::size_t quarter = models.size() == 1 ? 0 : (x < middle ? 0U : 1U) + (y < middle ? 0U : 2U);
      models[quarter].add(code, bin);
    }
}

/// A model of each quarter, of all that the other three show.
QuarterModels learn_models(const std::vector<BlockPixels>& blocks,
                           const std::vector<std::array<int, 2>>& offsets, const ColorModel& empty) {
  QuarterModels own{empty, empty, empty, empty}, made = own;
  for (std::size_t i = 0; i < blocks.size(); ++i) add_block(blocks[i], offsets[i], 1, own);
  for (std::size_t q = 0; q < kQuarters; ++q) {
    for (std::size_t other = 0; other < kQuarters; ++other)
      if (other != q) made[q].add(own[other]);
    made[q].finish();
  }
  return made;
}

/// The offset of the largest mutual information, of those `kStep` apart.
std::array<int, 2> coarse_offset(const std::vector<BlockPixels>& blocks, std::size_t bins,
                                 const RegistrationOptions& options, const StopFlag* stop) {
  std::array<int, 2> best{0, 0};
  double most = -1;
  const int reach = options.reach / kStep * kStep;
  for (int dy = -reach; dy <= reach; dy += kStep)
    for (int dx = -reach; dx <= reach; dx += kStep) {
      if (stop != nullptr) stop->check();
      ColorModel model(options.classes, bins);
      for (const BlockPixels& block : blocks) add_block(block, {dx, dy}, kEvery, {&model, 1});
      model.finish();
      if (model.information() > most) {
        most = model.information();
        best = {dx, dy};
      }
    }
  return best;
}

std::array<int, 2> rounded(double dx, double dy, int reach) {
  const auto one = [reach](double v) { return std::clamp(static_cast<int>(std::lround(v)), -reach, reach); };
  return {one(dx), one(dy)};
}

/// The offset that most blocks agree on is the best one of all labels together.
OffsetPrior prior_of(const std::vector<OffsetSurface>& surfaces) {
  std::vector<double> sums(surfaces.front().offsets());
  for (const OffsetSurface& surface : surfaces) {
    const std::vector<double> one = surface.total();
    for (std::size_t d = 0; d < sums.size(); ++d) sums[d] += one[d];
  }
  const auto [dx, dy] = best_offset(surfaces.front(), sums);
  return {dx, dy, 2 * kLeastSpread};
}

/// How far blocks that are sure of it stray.
double spread_of(const std::vector<OffsetEstimate>& estimates, const OffsetPrior& prior) {
  double squares = 0;
  std::size_t count = 0;
  for (const OffsetEstimate& one : estimates) {
    if (!one.confident_x() || !one.confident_y()) continue;
    squares += (std::pow(one.dx - prior.dx, 2) + std::pow(one.dy - prior.dy, 2)) / 2;
    ++count;
  }
  if (count < kFewBlocks) return kLeastSpread;
  return std::max(kLeastSpread, 2 * std::sqrt(squares / static_cast<double>(count)));
}

}  // namespace

int parts_of(int side) {
  return std::clamp(side / 32, 1, 8) * 2;
}

OffsetEstimate Registration::estimate(const BlockPixels& block) const {
  OffsetSurface surface(options.reach, parts_of(block.side));
  surface.measure(block, models);
  return estimate_offset(surface, prior);
}

Registration learn(const std::vector<BlockPixels>& blocks, std::size_t bins,
                   const RegistrationOptions& options, const ProgressSink& progress, const StopFlag* stop) {
  std::vector<std::array<int, 2>> offsets(blocks.size(), coarse_offset(blocks, bins, options, stop));
  const ColorModel empty(options.classes, bins);
  Registration made{options, {empty, empty, empty, empty}, {}};
  for (int round = 0; round < kRounds; ++round) {
    made.models = learn_models(blocks, offsets, empty);
    std::vector<OffsetSurface> surfaces;
    for (const BlockPixels& block : blocks) {
      if (stop != nullptr) stop->check();
      surfaces.emplace_back(options.reach, parts_of(block.side)).measure(block, made.models);
      if (progress)
        progress({"learning colours", "blocks",
                  static_cast<std::uint64_t>(round) * blocks.size() + surfaces.size(),
                  kRounds * blocks.size()});
    }
    made.prior = prior_of(surfaces);
    std::vector<OffsetEstimate> estimates;
    for (const OffsetSurface& surface : surfaces) estimates.push_back(estimate_offset(surface, made.prior));
    made.prior.sigma = spread_of(estimates, made.prior);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const OffsetEstimate& one = estimates[i];
      const bool sure = one.confident_x() && one.confident_y();
      offsets[i] = rounded(sure ? one.dx : made.prior.dx, sure ? one.dy : made.prior.dy, options.reach);
    }
  }
  return made;
}

}  // namespace terramask::labels
