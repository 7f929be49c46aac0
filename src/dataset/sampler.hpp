// Batches of patches with their labels.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "dataset/dataset.hpp"
#include "dataset/statistics.hpp"

namespace terramask {

struct Batch {
  std::int64_t n = 0, bands = 0, size = 0;
  std::vector<float> image;          ///< n × bands × size × size, normalised; 0 in all bands if invalid
  std::vector<std::int32_t> labels;  ///< n × size × size, class indices; 0 if ignored
  std::vector<float> weights;  ///< n × size × size: 0 if ignored or invalid, else the weight of the class
};

/// The patches of a batch that one of several ranks processes; count 0: all.
struct BatchShare {
  std::int64_t first = 0, count = 0;
};

/// The position of a patch in an image; it may extend beyond it.
struct PatchWindow {
  std::size_t image = 0;
  Window window;
};

/// Common data of the samplers of several threads. `dataset` must outlive it.
struct SamplerPlan {
  SamplerPlan(const Dataset& dataset, const TrainingKeys& training, Normalization normalization,
              std::vector<double> class_weights);

  const Dataset& dataset;
  TrainingKeys training;
  Normalization normalization;
  std::vector<double> weights;
  std::vector<bool> heights;  ///< bands unaffected by light: excluded from brightness, contrast and colour

  /// Training windows of the grid, row by row (sampling "grid").
  std::vector<PatchWindow> grid;
  /// Cumulative numbers of labelled training pixels (of all classes, or of one) over the cells of all images.
  struct Places {
    std::vector<std::uint64_t> sums;
    std::uint64_t total() const { return sums.empty() ? 0 : sums.back(); }
  };
  Places any;
  std::vector<Places> by_class;         ///< sampling "balanced"; only classes that occur
  std::vector<std::size_t> first_cell;  ///< of each image, in the numbering of all cells

  std::int64_t batches_per_epoch() const { return batches_; }

 private:
  std::int64_t batches_ = 0;
};

/// The windows of a part: a grid without overlap from each image's upper left corner, omitting windows
/// without labelled pixels of the part. Each labelled pixel is in exactly one window.
std::vector<PatchWindow> part_windows(const Dataset& dataset, Part part, std::int64_t size);

/// Fills batches. Batch (epoch, index) depends only on the project's seed and these two numbers: its bytes
/// are the same in any thread and order. Not thread-safe: use one sampler per thread.
///
/// * random: the patch's centre is a labelled training pixel, all equally likely; the patch is moved to lie
///   inside its image if it fits. An epoch has as many patches as cover the training ground once (or
///   `samples`).
/// * grid: the windows of part_windows in an order shuffled each epoch; the last batch is filled up with the
///   first of them.
/// * balanced: draws a class (all that occur are equally likely), then a cell in proportion to its pixels of
///   the class, then the centre in the cell.
///
/// A patch is extracted with one affine map: shift, scale, shear, rotation, quarter turns and mirroring about
/// its centre. Images are resampled bilinearly, weighted by validity: invalid pixels have no weight, and a
/// pixel with less than half of its weight valid is invalid. Labels are resampled by nearest neighbour;
/// pixels outside the image or invalid are ignored. Then raw values are changed, except in bands with
/// heights: contrast about the patch's mean, brightness, gain per band. Gaussian noise and blur (weighted by
/// validity) follow in all bands, then normalisation.
class Sampler {
 public:
  explicit Sampler(std::shared_ptr<const SamplerPlan> plan);
  ~Sampler();
  Sampler(Sampler&&) noexcept;

  std::int64_t batches_per_epoch() const;
  /// With a share, fills only its patches, identical to those at the same positions of the whole batch.
  void fill(std::int64_t epoch, std::int64_t batch_index, Batch& batch, BatchShare share = {});
  /// Fills windows without augmentation, as visible to a part. All have the plan's patch size.
  void fill_windows(std::span<const PatchWindow> windows, Part part, Batch& batch);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace terramask
