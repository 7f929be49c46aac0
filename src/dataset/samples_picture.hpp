// A picture of samples with their labels laid over, to see whether they fit.
#pragma once

#include <string>

#include "dataset/dataset.hpp"

namespace terramask {

/// A PNG of up to six places, each class in turn, chosen by the hash of where they lie: the image, and beside
/// it the same with its labels; a legend with each class's share of the labelled pixels. What has no label is
/// uncoloured, what is invalid (or across the border of two parts) is white.
void write_samples_picture(const std::string& path, const Dataset& dataset, bool overwrite);

}  // namespace terramask
