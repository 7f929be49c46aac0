// Exports the input of a training, to train the same elsewhere and compare.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dataset/sampler.hpp"
#include "learn/schedule.hpp"
#include "terramask/model.hpp"

namespace terramask::train {

struct Exported {
  ModelInfo info;
  Parameters initial;                ///< of the network, before the first step
  std::vector<std::string> trained;  ///< names of the trained parameters
  const learn::TrainingSpec& spec;
  const learn::ScheduleSpec& schedule;
  std::shared_ptr<const SamplerPlan> plan;
};

/// Throws exists if the name exists and is not an empty folder.
void check_export_folder(const std::string& folder);

/// Creates the folder, completely or not at all, with
/// * initial.safetensors: a model file of the initial parameters (not multiplied with the whitening matrix,
///   which is already applied to the batches);
/// * batch-000001.safetensors and so on over all epochs: image [N, B, H, W] F32, normalised and augmented;
///   labels I32 and weights F32 [N, H, W];
/// * training.json: steps with learning rate and batches, loss, optimiser, and the trained parameters, each
///   with its rate multiplier and decay.
///
/// A step's loss is Σ w · loss / Σ w over the pixels of all its batches. Returns the number of batches.
/// Errors: exists, io (not writable, not enough space for all batches), cancelled.
std::int64_t export_training(const std::string& folder, const Exported& training,
                             const ProgressSink& progress, const StopFlag* stop);

}  // namespace terramask::train
