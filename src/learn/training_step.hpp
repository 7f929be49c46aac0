// A training step on a device: the two programs and the variables they share.
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

/// The dropout key, except the layer.
struct DropoutKey {
  std::uint64_t seed = 0;
  std::int64_t step = 0;
  std::int64_t first_sample = 0;  ///< of the micro-batch, within the step
};

struct StepResult {
  double loss = 0;    ///< Σ w · loss / Σ w; 0 if all pixels are ignored
  double weight = 0;  ///< Σ w
  double norm = 0;    ///< of the gradient, before clipping
};

/// Between batch and loss, no data are transferred to the host.
class TrainingStep {
 public:
  /// `parameters` must contain all parameters of the network.
  TrainingStep(Executor& executor, const TrainingSpec& spec, const Parameters& parameters);

  /// Forward and backward over a micro-batch; returns once the batch is on its way to the device. `first`:
  /// first micro-batch of a step.
  void accumulate(const BatchView& batch, bool first, const DropoutKey& key);
  /// Sums what several machines have accumulated, between `accumulate` and `update`: `sum` is called with
  /// this machine's loss, weight and gradients, some MiB at a time and always in the same order, and must
  /// replace them with the sums over all machines.
  void reduce(const std::function<void(std::span<float> values)>& sum);
  /// Updates the parameters; returns immediately.
  void update(double rate, std::int64_t step);
  /// Waits for the step completed by `update`.
  StepResult finish();

  /// The network's current parameters, including frozen ones.
  Parameters parameters() const;
  /// All state that the next step depends on: parameters and moments.
  Parameters state() const;
  /// ErrorCode::mismatch if a tensor is missing or has another shape.
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
