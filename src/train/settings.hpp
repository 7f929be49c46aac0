// Converts a project's keys for the network library, and identifies trainings.
#pragma once

#include <string>

#include "dataset/project.hpp"
#include "train/training.hpp"

namespace terramask::train {

/// The settings that determine the result, as text (JSON): trainings with the same text proceed identically.
/// Excludes the number of epochs, early stopping and loader threads.
std::string identity(Project project, const TrainOptions& options);

/// The first key that differs between two such texts: "/training/learning_rate: 0.001 then, 0.01 now".
std::string first_difference(const std::string& then, const std::string& now);

/// Throws the errors that saving a model would throw for this project's names, reported for the project.
void check_names(const std::string& project_path, const ModelInfo& info);

learn::ScheduleSpec schedule_of(const TrainingKeys& keys, std::int64_t steps_per_epoch);

}  // namespace terramask::train
