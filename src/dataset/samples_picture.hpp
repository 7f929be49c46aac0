// A picture of samples overlaid with their labels, for visual inspection.
#pragma once

#include <string>

#include "dataset/dataset.hpp"

namespace terramask {

/// Writes a PNG of up to six places, cycling through the classes, chosen by a hash of their positions: the
/// image and, beside it, the same with its labels; and a legend with each class's share of the labelled
/// pixels. Unlabelled pixels are not coloured; invalid pixels (or those across the border of two parts) are
/// white.
void write_samples_picture(const std::string& path, const Dataset& dataset, bool overwrite);

}  // namespace terramask
