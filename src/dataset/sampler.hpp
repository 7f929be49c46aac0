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
  std::vector<float> image;  ///< n × bands × size × size, normalised; 0 in every band where invalid
  std::vector<std::int32_t> labels;  ///< n × size × size, indices of classes; 0 where ignored
  std::vector<float> weights;  ///< n × size × size: 0 where ignored or invalid, else the class's weight
};

/// Patches of a batch, for one of several that share it; count 0: all of them.
struct BatchShare {
  std::int64_t first = 0, count = 0;
};

/// A patch as it stands in an image; it may reach outside.
struct PatchWindow {
  std::size_t image = 0;
  Window window;
};

/// What batches are made of; shared by the samplers of several threads. `dataset` outlives it.
struct SamplerPlan {
  SamplerPlan(const Dataset& dataset, const TrainingKeys& training, Normalization normalization,
              std::vector<double> class_weights);

  const Dataset& dataset;
  TrainingKeys training;
  Normalization normalization;
  std::vector<double> weights;
  std::vector<bool> heights;  ///< bands that no light falls on: brightness, contrast and colour leave them be

  /// Training windows of the grid, row by row (sampling "grid").
  std::vector<PatchWindow> grid;
  /// Labelled training pixels up to and with each cell (all classes, or each), over the cells of all images.
  struct Places {
    std::vector<std::uint64_t> sums;
    std::uint64_t total() const { return sums.empty() ? 0 : sums.back(); }
  };
  Places any;
  std::vector<Places> by_class;         ///< sampling "balanced"; only classes that occur
  std::vector<std::size_t> first_cell;  ///< of each image in the numbering of all cells

  std::int64_t batches_per_epoch() const { return batches_; }

 private:
  std::int64_t batches_ = 0;
};

/// The windows of a part, by a grid from each image's upper left corner with no overlap, without those that
/// hold no labelled pixel of the part: each labelled pixel stands in one of them.
std::vector<PatchWindow> part_windows(const Dataset& dataset, Part part, std::int64_t size);

/// Fills batches. Batch (epoch, index) is a function of the project's seed and these two numbers alone: the
/// same bytes in whatever thread and order. Not thread-safe: one sampler a thread.
///
/// random    the patch's centre is a labelled training pixel, each as likely as the others; the patch is
/// moved
///           to lie inside its image where it fits. An epoch has as many patches as cover the training ground
///           once (or `samples`).
/// grid      the windows of part_windows in an order shuffled by epoch; the last batch is filled up with the
///           first of them.
/// balanced  a class is drawn, each that occurs as likely as the others, then a cell by how often it holds
///           the class, and the centre in the cell.
///
/// A patch is cut by one affine map: shift, scale, shear, rotation, quarter turns and mirroring about its
/// centre. Images are bilinear, weighted by validity: invalid pixels weigh nothing, and a pixel with less
/// than half of its weight valid is invalid. Labels are nearest; outside the image, or where invalid, nothing
/// counts. Then raw values are changed, bands apart that hold heights: contrast about the patch's mean,
/// brightness, gain by band; then Gaussian noise and blur (weighted by validity) in all bands; then all is
/// normalised.
class Sampler {
 public:
  explicit Sampler(std::shared_ptr<const SamplerPlan> plan);
  ~Sampler();
  Sampler(Sampler&&) noexcept;

  std::int64_t batches_per_epoch() const;
  /// With a share only its patches: those that the whole batch would have in their places.
  void fill(std::int64_t epoch, std::int64_t batch_index, Batch& batch, BatchShare share = {});
  /// Windows as they stand, without augmentation, as a part may see them. All of the plan's patch size.
  void fill_windows(std::span<const PatchWindow> windows, Part part, Batch& batch);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace terramask
