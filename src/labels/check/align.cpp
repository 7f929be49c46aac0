#include "labels/check/align.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "labels/check/block_reader.hpp"
#include "labels/check/offset_field.hpp"
#include "terramask/error.hpp"

namespace terramask::labels {
namespace {

constexpr std::int64_t kTile = 512;

/// Whole pixels by which labels on the image's grid are to be moved, and how far that may be.
class Moves {
 public:
  Moves(const CheckReport& report, AlignMode mode, std::array<double, 2> displacement)
      : common_(report.common), displacement_(displacement) {
    std::vector<OffsetEstimate> blocks;
    for (const BlockCheck& one : report.blocks) blocks.push_back(one.offset);
    if (mode == AlignMode::smooth)
      field_.emplace(report.columns, report.rows, report.block, blocks, report.common);
  }

  std::array<double, 2> offset(std::int64_t x, std::int64_t y) const {
    return field_ ? field_->at(x, y) : std::array{common_.dx, common_.dy};
  }
  /// Laid onto the grid, labels have gone a part of their way already.
  std::array<std::int64_t, 2> move(std::array<double, 2> offset) const {
    return {std::llround(offset[0] - displacement_[0]), std::llround(offset[1] - displacement_[1])};
  }

 private:
  OffsetPrior common_;
  std::array<double, 2> displacement_;
  std::optional<OffsetField> field_;
};

}  // namespace

AlignSummary align_labels(const CheckOptions& options, const CheckReport& report, AlignOptions align,
                          const ProgressSink& progress, const StopFlag* stop) {
  if (report.confident_x + report.confident_y == 0)
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: no block of {} pixels is sure how far its labels lie from {}",
                            options.labels.path, options.block, report.image),
                "take larger blocks (`block`), or labels of more classes");
  BlockReader reader(options);
  align.output.grid = report.grid;
  align.output.classes = report.classes;
  const auto writer = MaskWriter::create(align.output);
  AlignSummary summary{.least_x = INFINITY, .most_x = -INFINITY, .least_y = INFINITY, .most_y = -INFINITY};
  const std::int64_t margin = 2 * options.reach + 2;
  std::vector<std::uint16_t> labels, none, values;
  const Window extent = report.grid.extent();
  for (std::int64_t top = 0; top < extent.height; top += kTile)
    for (std::int64_t left = 0; left < extent.width; left += kTile) {
      if (stop != nullptr) stop->check();
      const Window tile = intersect({left, top, kTile, kTile}, extent);
      const Moves moves(report, align.mode, reader.displacement(tile));
      const Window held = intersect(
          {tile.x - margin, tile.y - margin, tile.width + 2 * margin, tile.height + 2 * margin}, extent);
      reader.read_codes(held, labels, none);
      const auto code_at = [&](std::int64_t x, std::int64_t y) -> std::uint16_t {
        if (x < held.x || y < held.y || x >= held.x + held.width || y >= held.y + held.height) return 0;
        return labels[static_cast<std::size_t>((y - held.y) * held.width + x - held.x)];
      };
      values.clear();
      for (std::int64_t y = tile.y; y < tile.y + tile.height; ++y)
        for (std::int64_t x = tile.x; x < tile.x + tile.width; ++x) {
          const auto offset = moves.offset(x, y);
          const auto [dx, dy] = moves.move(offset);
          const std::uint16_t code = code_at(x - dx, y - dy);
          values.push_back(
              static_cast<std::uint16_t>(code == 0 ? writer->nodata() : report.classes[code - 1U].value));
          summary.moved += code != code_at(x, y) ? 1 : 0;
          summary.least_x = std::min(summary.least_x, offset[0]);
          summary.most_x = std::max(summary.most_x, offset[0]);
          summary.least_y = std::min(summary.least_y, offset[1]);
          summary.most_y = std::max(summary.most_y, offset[1]);
        }
      writer->write(tile, values);
      summary.pixels += values.size();
      if (progress)
        progress({"writing labels", "pixels", summary.pixels,
                  static_cast<std::uint64_t>(extent.width) * static_cast<std::uint64_t>(extent.height)});
    }
  writer->finish(progress, stop);
  return summary;
}

}  // namespace terramask::labels
