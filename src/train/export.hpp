// What a training would see, written out, so that the same can be trained elsewhere and compared.
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
  std::vector<std::string> trained;  ///< names of the parameters that the optimiser moves
  const learn::TrainingSpec& spec;
  const learn::ScheduleSpec& schedule;
  std::shared_ptr<const SamplerPlan> plan;
};

/// Throws exists where there is something else of that name than an empty folder.
void check_export_folder(const std::string& folder);

/// Makes the folder, whole or not at all, with
///   initial.safetensors       a model file of the initial parameters (not yet multiplied with a whitening's
///                             matrix, which the batches are);
///   batch-000001.safetensors  and so on over all epochs: image [N, B, H, W] F32, normalised and augmented;
///                             labels I32 and weights F32 [N, H, W];
///   training.json             steps with learning rate and batches, loss, optimiser, and the parameters that
///                             are trained, each with what multiplies its rate, and its decay.
/// A step's loss is Σ w · loss / Σ w over the pixels of all its batches. Returns the number of batches.
/// Errors: exists, io (unwritable, not enough room for all batches), cancelled.
std::int64_t export_training(const std::string& folder, const Exported& training,
                             const ProgressSink& progress, const StopFlag* stop);

}  // namespace terramask::train
