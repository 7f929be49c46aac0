// What a training takes, told from shapes alone: no weights are made for it.
#pragma once

#include "learn/training_spec.hpp"
#include "terramask/executor.hpp"
#include "train/training.hpp"

namespace terramask::train {

/// Parameters, memory and operations. Throws out_of_memory where a plan exceeds the device's limit.
TrainEstimate shape_estimate(const Executor& executor, const learn::TrainingSpec& spec,
                             std::int64_t accumulate);

/// Throws out_of_memory, with the figures, where the device or the machine has less.
void check_memory(const Executor& executor, const ExecutorOptions& options, const TrainEstimate& estimate);

/// The same network, narrower if its step is so large that measuring it would take long.
learn::TrainingSpec narrowed(const learn::TrainingSpec& spec);

}  // namespace terramask::train
