// A training step on a device: the two programs and what lives between them.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "learn/schedule.hpp"
#include "learn/training_graphs.hpp"
#include "terramask/executor.hpp"

namespace terramask::learn {

/// A micro-batch: N patches, N as in the specification.
struct BatchView {
  std::span<const float> image;          ///< N × bands × H × W, normalised
  std::span<const std::int32_t> labels;  ///< N × H × W
  std::span<const float> weights;        ///< N × H × W
};

/// What dropout is keyed by, besides the layer.
struct DropoutKey {
  std::uint64_t seed = 0;
  std::int64_t step = 0;
  std::int64_t first_sample = 0;  ///< of the micro-batch, within the step
};

struct StepResult {
  double loss = 0;    ///< Σ w · loss / Σ w; 0 where no pixel counts
  double weight = 0;  ///< Σ w
  double norm = 0;    ///< of the gradient, before clipping
};

/// Between batch in and loss out nothing visits the host.
class TrainingStep {
 public:
  /// `parameters` are the network's, all of them.
  TrainingStep(Executor& executor, const TrainingSpec& spec, const Parameters& parameters);

  /// Forward and backward over a micro-batch; returns as soon as the batch is on its way to the device.
  /// `first`: of a step.
  void accumulate(const BatchView& batch, bool first, const DropoutKey& key);
  /// Adds up what several machines have accumulated, between `accumulate` and `update`: `sum` gets this one's
  /// loss, weight and gradients, some MiB at a time and always in the same order, and leaves the sums of all
  /// there.
  void reduce(const std::function<void(std::span<float> values)>& sum);
  /// Moves the parameters; returns at once.
  void update(double rate, std::int64_t step);
  /// Waits for the step that `update` has ended.
  StepResult finish();

  /// The network's parameters as they are now, frozen ones too.
  Parameters parameters() const;
  /// Everything that the next step depends on: parameters, moments.
  Parameters state() const;
  /// ErrorCode::mismatch where a tensor is missing or of another shape.
  void restore(const Parameters& state);

  const TrainingGraphs& graphs() const { return graphs_; }
  const Program& accumulate_program() const { return *accumulate_; }
  const Program& update_program() const { return *update_; }
  Variables& variables() { return *variables_; }

 private:
  TrainingSpec spec_;
  TrainingGraphs graphs_;
  Parameters frozen_;
  std::shared_ptr<Variables> variables_;
  std::unique_ptr<Program> accumulate_, update_;
  bool accumulating_ = false, updating_ = false;
  std::optional<std::array<float, 2>> reduced_;  ///< Σ w · loss and Σ w over all machines
};

}  // namespace terramask::learn
