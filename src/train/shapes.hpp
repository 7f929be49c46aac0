// Resources of a training, estimated from shapes without allocating weights.
#pragma once

#include "learn/training_spec.hpp"
#include "terramask/executor.hpp"
#include "train/training.hpp"

namespace terramask::train {

/// Parameters, memory and operations. Throws out_of_memory if a plan exceeds the device's limit.
TrainEstimate shape_estimate(const Executor& executor, const learn::TrainingSpec& spec,
                             std::int64_t accumulate);

/// Throws out_of_memory, with the figures, if the device or the machine has less.
void check_memory(const Executor& executor, const ExecutorOptions& options, const TrainEstimate& estimate);

/// The same network, narrowed if measuring its step would take long.
learn::TrainingSpec narrowed(const learn::TrainingSpec& spec);

}  // namespace terramask::train
