// The files of a training.
#pragma once

#include <filesystem>
#include <string>

#include "train/training.hpp"

namespace terramask::train {

struct Paths {
  std::filesystem::path model, folder, checkpoint, table, page;

  explicit Paths(const std::string& output);
};

/// Throws usage, exists.
void check_outputs(const Paths& paths, const TrainOptions& options);

}  // namespace terramask::train
