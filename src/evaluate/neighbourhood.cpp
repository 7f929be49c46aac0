#include "evaluate/neighbourhood.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace terramask {
namespace {

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole)
                   : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

double RelaxedScore::precision() const {
  return share_of(predicted_right, predicted);
}

double RelaxedScore::recall() const {
  return share_of(reference_found, reference);
}

double RelaxedScore::f1() const {
  if (predicted + reference == 0) return std::numeric_limits<double>::quiet_NaN();
  if (predicted_right == 0 || reference_found == 0) return 0;
  return 2 * precision() * recall() / (precision() + recall());
}

namespace evaluation {

Disc::Disc(int radius) : radius_(radius) {
  for (int y = -radius; y <= radius; ++y)
    for (int x = -radius; x <= radius; ++x)
      if ((x != 0 || y != 0) && x * x + y * y <= radius * radius) offsets_.push_back({x, y});
  std::stable_sort(offsets_.begin(), offsets_.end(), [](const Offset& a, const Offset& b) {
    return a.x * a.x + a.y * a.y < b.x * b.x + b.y * b.y;
  });
}

namespace {

constexpr std::int64_t kCell = 16;

/// Whether no two classes are in a window: then nothing in it lies near another class.
bool uniform(const CodeBlock& block, const Window& window) {
  Code found = kNotJudged;
  for (std::int64_t y = window.y; y < window.y + window.height; ++y)
    for (std::int64_t x = window.x; x < window.x + window.width; ++x) {
      const Code code = block.at(x, y);
      if (code < 0 || code == found) continue;
      if (found >= 0) return false;
      found = code;
    }
  return true;
}

}  // namespace

void add_eroded(const CodeBlock& mask, const CodeBlock& reference, const Window& core, const Disc& disc,
                ConfusionMatrix& matrix) {
  const std::int64_t r = disc.radius();
  const auto add_cell = [&](const Window& cell) {
    // Most of a map lies far from borders: a look at the cell spares one around each of its pixels.
    const Window around{cell.x - r, cell.y - r, cell.width + 2 * r, cell.height + 2 * r};
    const bool far = uniform(reference, intersect(around, reference.window));
    for (std::int64_t y = cell.y; y < cell.y + cell.height; ++y)
      for (std::int64_t x = cell.x; x < cell.x + cell.width; ++x) {
        const Code truth = reference.at(x, y);
        const Code said = mask.at(x, y);
        if (truth < 0 || said == unknown) continue;
        if (!far && disc.any(reference, x, y, [&](Code code) { return code >= 0 && code != truth; }))
          continue;
        ++matrix.at(static_cast<std::size_t>(truth),
                    said >= 0 ? static_cast<std::size_t>(said) : matrix.nodata());
      }
  };
  for (std::int64_t y = core.y; y < core.y + core.height; y += kCell)
    for (std::int64_t x = core.x; x < core.x + core.width; x += kCell)
      add_cell(intersect({x, y, kCell, kCell}, core));
}

void add_relaxed(const CodeBlock& mask, const CodeBlock& reference, const Window& core, const Disc& disc,
                 std::span<RelaxedScore> scores) {
  for (std::int64_t y = core.y; y < core.y + core.height; ++y)
    for (std::int64_t x = core.x; x < core.x + core.width; ++x) {
      const Code truth = reference.at(x, y);
      const Code said = mask.at(x, y);
      if (truth < 0) continue;
      RelaxedScore& expected = scores[static_cast<std::size_t>(truth)];
      ++expected.reference;
      if (said == truth || disc.any(mask, x, y, [&](Code code) { return code == truth; }))
        ++expected.reference_found;
      if (said < 0) continue;
      RelaxedScore& predicted = scores[static_cast<std::size_t>(said)];
      ++predicted.predicted;
      if (said == truth || disc.any(reference, x, y, [&](Code code) { return code == said; }))
        ++predicted.predicted_right;
    }
}

}  // namespace evaluation
}  // namespace terramask
