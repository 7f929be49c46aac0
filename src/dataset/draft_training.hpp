// Training settings of a drafted project, chosen from its images and labels.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dataset/dataset.hpp"
#include "dataset/project.hpp"
#include "terramask/grid.hpp"

namespace terramask {

/// Sets the model's pixel size to the one all images have in common, within 10%. Throws mismatch if they
/// differ by more. If no image specifies its pixel size, or pixels are far from square, none is set.
/// @param sizes  of each image; empty if unknown
void choose_pixel_size(Project& project, const std::vector<std::optional<PixelSize>>& sizes,
                       std::vector<std::string>& notes);

/// A class below this share of the labelled pixels is rare: random patches hardly contain it, and a network
/// that never predicts it is right almost everywhere.
inline constexpr double kRareShare = 0.05;

/// If a class is rare, chooses settings that help a network learn it: equally many patches centred on each
/// class, a loss that considers classes and not only pixels, smaller patches and more of them, and for two
/// classes a threshold. Keys listed in `asked` (as "training.loss") are not changed. Reports what was changed
/// and what could not be, with the reason.
void choose_training(Project& project, const Dataset& dataset, const std::vector<std::string>& asked,
                     std::vector<std::string>& notes);

/// Whether a class that occurs, and is required in every part, is missing from one of them.
bool leaves_class_out(const Dataset& dataset);

}  // namespace terramask
