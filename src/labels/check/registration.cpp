#include "labels/check/registration.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace terramask::labels {
namespace {

constexpr int kRegistrationRounds = 3;
constexpr int kFinestStep = 2;         // pixels between the offsets tried at first, at the least
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

/// The offset of the largest mutual information, of some pixels apart.
std::array<int, 2> coarse_offset(const std::vector<BlockPixels>& blocks, std::size_t bins,
                                 const RegistrationOptions& options, const StopFlag* stop) {
  std::array<int, 2> best{0, 0};
  double most = -1;
  const int step = std::max(kFinestStep, options.reach / 12), reach = options.reach / step * step;
  for (int dy = -reach; dy <= reach; dy += step)
    for (int dx = -reach; dx <= reach; dx += step) {
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
  const std::array<int, 2> coarse = coarse_offset(blocks, bins, options, stop);
  std::vector<std::array<int, 2>> offsets(blocks.size(), coarse);
  const ColorModel empty(options.classes, bins);
  Registration made{options,
                    {empty, empty, empty, empty},
                    {static_cast<double>(coarse[0]), static_cast<double>(coarse[1]), 2 * kLeastSpread}};
  OffsetSurface surface(options.reach, parts_of(blocks.front().side));
  for (int round = 0; round < kRegistrationRounds; ++round) {
    made.models = learn_models(blocks, offsets, empty);
    std::vector<double> sums(surface.offsets());
    std::vector<OffsetEstimate> estimates;
    for (const BlockPixels& block : blocks) {
      if (stop != nullptr) stop->check();
      surface.measure(block, made.models);
      estimates.push_back(estimate_offset(surface, made.prior));
      std::ranges::transform(sums, surface.total(), sums.begin(), std::plus<>());
      if (progress)
        progress({"learning colours", "blocks",
                  static_cast<std::uint64_t>(round) * blocks.size() + estimates.size(),
                  kRegistrationRounds * blocks.size()});
    }
    // The offset that most blocks agree on is the best one of all labels together.
    const auto common = best_offset(surface, sums);
    made.prior.dx = common[0];
    made.prior.dy = common[1];
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
