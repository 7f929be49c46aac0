// How well labels fit their image, block by block: where they lie, what they leave open, what a model says.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "labels/check/registration.hpp"
#include "terramask/class_info.hpp"
#include "terramask/grid.hpp"
#include "terramask/progress.hpp"
#include "terramask/raster_reader.hpp"

namespace terramask::labels {

/// Labels as a raster, and what its values 0 to 65535 mean: 0 where they count in nothing, else 1 + a class's
/// index.
struct LabelRaster {
  std::string path;
  std::vector<std::uint16_t> codes;
  std::vector<std::uint32_t> colors{};  ///< of a raster of colours: what the codes are of
};

struct CheckOptions {
  RasterOptions image;
  LabelRaster labels;  ///< on any grid
  std::vector<ClassInfo> classes;
  std::optional<LabelRaster> prediction{};  ///< a model's mask of the image, with the same classes
  std::int64_t block = 256;                 ///< side of a block in pixels of the image, 32 to 4096
  std::int64_t reach = 16;                  ///< largest offset looked for, pixels, 2 to 64
};

/// What labels and model say of the same pixels: `count` times class `label` and class `model`.
struct Dispute {
  std::size_t label = 0, model = 0;
  std::uint64_t count = 0;
};

struct BlockCheck {
  Window window{};  ///< in pixels of the image
  /// Labels are to be moved by it, in pixels of the image; what laying labels of another grid onto the
  /// image's moved them by is counted in.
  OffsetEstimate offset{};
  std::uint64_t valid = 0;              ///< pixels of the image
  std::uint64_t ignored = 0;            ///< of those: without label
  std::vector<std::uint64_t> counts{};  ///< of those: by class
  /// Labelled pixels that the model has a class for, at least kSlack pixels from where labels change: along
  /// borders all disagree. And those where it is another.
  std::uint64_t judged = 0, disputed = 0;
  Dispute largest{};  ///< of all pairs of classes

  double dispute_share() const {
    return judged == 0 ? 0 : static_cast<double>(disputed) / static_cast<double>(judged);
  }
};
inline constexpr int kSlack = 2;

struct CheckReport {
  std::string image, labels;
  std::vector<ClassInfo> classes;
  Grid grid;  ///< the image's
  std::optional<PixelSize> pixel_size;
  std::int64_t block = 0, columns = 0, rows = 0;  ///< of blocks, in reading order
  std::vector<BlockCheck> blocks{};
  OffsetPrior common{};    ///< the offset that most labels agree on, and how far blocks may stray from it
  bool has_model = false;  ///< whether there was a prediction
  std::int64_t confident_x = 0, confident_y = 0, confident_both = 0;  ///< blocks
  std::vector<std::string> warnings{};

  /// Whether `common` says anything along an axis: a block is sure of its own offset there.
  bool knows_x() const { return confident_x > 0; }
  bool knows_y() const { return confident_y > 0; }
  /// Indices of blocks with labels, the worst first: by the share disputed where there is a model, else by
  /// the length of the offset as far as it is sure.
  std::vector<std::size_t> ranking() const;
};

/// Reads the image twice, some of it three times; memory is bounded by blocks.
/// Errors: usage (options out of range), mismatch (labels that lie elsewhere, or without any pixel on the
/// image), and what opening rasters throws.
CheckReport check_labels(const CheckOptions& options, const ProgressSink& progress, const StopFlag* stop);

}  // namespace terramask::labels
