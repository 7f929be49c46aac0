// What a project's keys mean for the network library, and which trainings are one and the same.
#pragma once

#include <string>

#include "dataset/project.hpp"
#include "train/training.hpp"

namespace terramask::train {

/// What decides the result, as text (JSON): two trainings with one text go the same way. How many epochs
/// there are, when it gives up and who loads do not belong to it.
std::string identity(Project project, const TrainOptions& options);

/// The first key in which two such texts differ: "/training/learning_rate: 0.001 then, 0.01 now".
std::string first_difference(const std::string& then, const std::string& now);

/// Throws what saving a model of this project would throw for its names; said of the project.
void check_names(const std::string& project_path, const ModelInfo& info);

learn::ScheduleSpec schedule_of(const TrainingKeys& keys, std::int64_t steps_per_epoch);

}  // namespace terramask::train
