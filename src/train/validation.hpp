// Evaluates a network on a part's patches.
#pragma once

#include "dataset/sampler.hpp"
#include "learn/training_graphs.hpp"
#include "terramask/communicator.hpp"
#include "terramask/executor.hpp"
#include "train/history.hpp"

namespace terramask::train {

/// Runs the network in evaluation mode over adjacent patches that cover a part's ground, and fills the
/// validation figures in `epoch`. Only pixels with a label and a non-zero weight count.
class Validation {
 public:
  Validation(Executor& executor, const learn::TrainingSpec& spec,
             const std::shared_ptr<const SamplerPlan>& plan, Part part);

  bool empty() const { return windows_.empty(); }
  std::size_t windows() const { return windows_.size(); }
  /// The ranks share the batches; all get the same figures. Throws cancelled on all ranks if one is stopped.
  void run(const Parameters& parameters, Epoch& epoch, Communicator& ranks, const StopFlag* stop);

 private:
  Executor& executor_;
  Graph graph_;
  learn::LossSpec loss_;
  std::size_t batch_;
  std::size_t classes_;
  Part part_;
  Sampler sampler_;
  std::vector<PatchWindow> windows_;
};

}  // namespace terramask::train
