#include "labels/check/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "labels/check/block_reader.hpp"
#include "terramask/error.hpp"

namespace terramask::labels {
namespace {

constexpr std::int64_t kSamplePixels = std::int64_t{8} << 20;  // learnt from at once
constexpr std::int64_t kMostSamples = 64;
constexpr std::int64_t kFewestSamples = 4;

void check_options(const CheckOptions& options) {
  if (options.block < 32 || options.block > 4096)
    throw Error(ErrorCode::usage, fmt::format("blocks of {} pixels", options.block), "take 32 to 4096");
  if (options.reach < 2 || options.reach > 64)
    throw Error(ErrorCode::usage, fmt::format("offsets of up to {} pixels", options.reach), "take 2 to 64");
}

/// Blocks with valid pixels that carry labels, spread over the image.
std::vector<std::int64_t> choose_samples(BlockReader& reader, const CheckOptions& options,
                                         const ProgressSink& progress, const StopFlag* stop) {
  const std::int64_t stride = options.block + 2 * options.reach;
  const std::int64_t most = std::clamp(kSamplePixels / (stride * stride), kFewestSamples, kMostSamples);
  const std::int64_t blocks = reader.columns() * reader.rows();
  std::vector<std::int64_t> chosen;
  std::vector<std::uint16_t> labels, none;
  // Steps of the golden section visit all blocks, and any first few of them lie apart.
  auto step = static_cast<std::int64_t>(std::llround(static_cast<double>(blocks) * 0.6180339887));
  step = std::max<std::int64_t>(step, 1);
  while (std::gcd(step, blocks) != 1) ++step;
  for (std::int64_t i = 0, at = 0; i < blocks && std::ssize(chosen) < most; ++i, at = (at + step) % blocks) {
    if (stop != nullptr) stop->check();
    reader.read_codes(reader.window(at), labels, none);
    if (std::ranges::any_of(labels, [](std::uint16_t code) { return code != 0; })) chosen.push_back(at);
    if (progress)
      progress({"choosing blocks", "blocks", static_cast<std::uint64_t>(i + 1),
                static_cast<std::uint64_t>(blocks)});
  }
  return chosen;
}

ColorBins fit_bins(BlockReader& reader, const std::vector<std::int64_t>& samples) {
  std::vector<std::vector<float>> bands(reader.bands());
  std::vector<std::uint8_t> all_valid, valid;
  std::vector<float> planes;
  constexpr std::size_t every = 7;  // pixels: enough for steps of equal frequency
  for (const std::int64_t index : samples) {
    reader.read_colors(reader.window(index), planes, valid);
    for (std::size_t i = 0; i < valid.size(); i += every) {
      for (std::size_t b = 0; b < bands.size(); ++b) bands[b].push_back(planes[b * valid.size() + i]);
      all_valid.push_back(valid[i]);
    }
  }
  planes.clear();
  for (const auto& band : bands) planes.insert(planes.end(), band.begin(), band.end());
  return {bands.size(), planes, all_valid};
}

Registration learn_from(BlockReader& reader, const CheckOptions& options, const ColorBins& bins,
                        const std::vector<std::int64_t>& samples, const ProgressSink& progress,
                        const StopFlag* stop) {
  std::vector<BlockPixels> blocks;
  blocks.reserve(samples.size());
  for (const std::int64_t index : samples)
    blocks.push_back(reader.read(index, static_cast<int>(options.reach), bins));
  return learn(blocks, bins.count(), {static_cast<int>(options.reach), options.classes.size()}, progress,
               stop);
}

/// Where labels keep their class for kSlack pixels around, within the block with its margin.
bool is_inner(const BlockPixels& block, int x, int y) {
  const std::uint16_t code = block.codes[block.index(x, y)];
  for (int dy = -kSlack; dy <= kSlack; ++dy)
    for (int dx = -kSlack; dx <= kSlack; ++dx)
      if (const std::uint16_t other = block.codes[block.index(x + dx, y + dy)]; other != code && other != 0)
        return false;
  return true;
}

void count_labels(const BlockPixels& block, BlockCheck& check) {
  for (int y = block.margin; y < block.margin + block.side; ++y)
    for (int x = block.margin; x < block.margin + block.side; ++x) {
      if (block.colors[block.index(x, y)] == kNoColor) continue;
      ++check.valid;
      if (const std::uint16_t code = block.codes[block.index(x, y)]; code == 0)
        ++check.ignored;
      else
        ++check.counts[code - 1U];
    }
}

void count_disputes(const BlockPixels& block, const std::vector<std::uint16_t>& model, std::size_t classes,
                    BlockCheck& check) {
  std::vector<std::uint64_t> pairs(classes * classes);
  for (std::int64_t y = 0; y < check.window.height; ++y)
    for (std::int64_t x = 0; x < check.window.width; ++x) {
      const std::uint16_t said = model[static_cast<std::size_t>(y * check.window.width + x)];
      const int bx = static_cast<int>(x) + block.margin, by = static_cast<int>(y) + block.margin;
      const std::uint16_t code = block.codes[block.index(bx, by)];
      if (said == 0 || code == 0 || block.colors[block.index(bx, by)] == kNoColor || !is_inner(block, bx, by))
        continue;
      ++check.judged;
      if (said == code) continue;
      ++check.disputed;
      ++pairs[(code - 1U) * classes + said - 1U];
    }
  const auto most = std::ranges::max_element(pairs);
  const auto at = static_cast<std::size_t>(most - pairs.begin());
  check.largest = {at / classes, at % classes, *most};
}

BlockCheck check_block(BlockReader& reader, std::int64_t index, const CheckOptions& options,
                       const ColorBins& bins, const Registration& registration) {
  BlockCheck check{.window = reader.window(index)};
  check.counts.resize(options.classes.size());
  const BlockPixels block = reader.read(index, static_cast<int>(options.reach), bins);
  count_labels(block, check);
  check.offset = registration.estimate(block);
  const auto moved = reader.displacement(check.window);
  check.offset.dx += moved[0];
  check.offset.dy += moved[1];
  if (!options.prediction) return check;
  std::vector<std::uint16_t> labels, model;
  reader.read_codes(check.window, labels, model);
  count_disputes(block, model, options.classes.size(), check);
  return check;
}

}  // namespace

std::vector<std::size_t> CheckReport::ranking() const {
  std::vector<std::pair<double, std::size_t>> keyed;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const BlockCheck& one = blocks[i];
    if (one.valid == one.ignored) continue;
    const double sure_x = one.offset.confident_x() ? one.offset.dx : 0;
    const double sure_y = one.offset.confident_y() ? one.offset.dy : 0;
    keyed.emplace_back(has_model ? one.dispute_share() : std::hypot(sure_x, sure_y), i);
  }
  std::ranges::sort(keyed, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  std::vector<std::size_t> order;
  order.reserve(keyed.size());
  for (const auto& [key, index] : keyed) order.push_back(index);
  return order;
}

CheckReport check_labels(const CheckOptions& options, const ProgressSink& progress, const StopFlag* stop) {
  check_options(options);
  BlockReader reader(options);
  const std::vector<std::int64_t> samples = choose_samples(reader, options, progress, stop);
  if (samples.empty())
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: no pixel of {} has a label", options.labels.path, reader.image_name()),
                "name the labels of this image, or say with `map` what their values mean");
  const ColorBins bins = fit_bins(reader, samples);
  const Registration registration = learn_from(reader, options, bins, samples, progress, stop);
  CheckReport report{.image = reader.image_name(),
                     .labels = options.labels.path,
                     .classes = options.classes,
                     .grid = reader.grid(),
                     .pixel_size = ground_pixel_size(reader.grid()),
                     .block = options.block,
                     .columns = reader.columns(),
                     .rows = reader.rows()};
  report.warnings = reader.warnings();
  report.has_model = options.prediction.has_value();
  for (std::int64_t index = 0; index < report.columns * report.rows; ++index) {
    if (stop != nullptr) stop->check();
    report.blocks.push_back(check_block(reader, index, options, bins, registration));
    const OffsetEstimate& offset = report.blocks.back().offset;
    report.confident_x += offset.confident_x() ? 1 : 0;
    report.confident_y += offset.confident_y() ? 1 : 0;
    report.confident_both += offset.confident_x() && offset.confident_y() ? 1 : 0;
    if (progress)
      progress({"checking blocks", "blocks", static_cast<std::uint64_t>(index + 1),
                static_cast<std::uint64_t>(report.columns * report.rows)});
  }
  report.common = registration.prior;
  const auto moved = reader.displacement(reader.grid().extent());
  report.common.dx += moved[0];
  report.common.dy += moved[1];
  return report;
}

}  // namespace terramask::labels
