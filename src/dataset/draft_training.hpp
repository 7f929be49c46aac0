// What a drafted project decides for its training, by what its images and labels are like.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dataset/dataset.hpp"
#include "dataset/project.hpp"
#include "terramask/grid.hpp"

namespace terramask {

/// The pixel size that all images have in common, within 10%, becomes the model's. Throws mismatch where they
/// differ by more. Where no image tells its own, or pixels are far
/// from square, there is none.
/// @param sizes  of each image; empty where it is unknown
void choose_pixel_size(Project& project, const std::vector<std::optional<PixelSize>>& sizes,
                       std::vector<std::string>& notes);

/// A class below this share of the labelled pixels is rare: patches drawn at random hardly show it, and a
/// network that never predicts it is right almost everywhere.
inline constexpr double kRareShare = 0.05;

/// Where a class is rare, what lets a network learn it all the same: patches centred on each class as often,
/// a loss that looks at classes and not at pixels alone, smaller patches and more of them, and of two classes
/// a threshold. Keys among `asked` (as "training.loss") stay as they are. Says what it did and, of what it
/// could not, why.
void choose_training(Project& project, const Dataset& dataset, const std::vector<std::string>& asked,
                     std::vector<std::string>& notes);

/// Whether a class that occurs, and should in every part, is missing in one of them.
bool leaves_class_out(const Dataset& dataset);

}  // namespace terramask
