// The labels of a part as a raster, to be compared with a mask.
#pragma once

#include <string>

#include "dataset/dataset.hpp"

namespace terramask {

/// Whether an image has a labelled pixel of the part.
bool holds_part(const Dataset& dataset, std::size_t image, Part part);

/// Writes class values on the image's grid where it is labelled and of the part; all else is nodata. Throws
/// what a MaskWriter throws.
void write_part_labels(const std::string& path, const Dataset& dataset, std::size_t image, Part part,
                       const StopFlag* stop);

/// How to open an image of the project so that its bands are those, by name and in this order, that a model
/// takes. Throws mismatch where it has not those.
RasterOptions image_options(const Project& project, std::size_t image, const std::vector<BandRequest>& bands);

}  // namespace terramask
