// The labels of a part as a raster, for comparison with a mask.
#pragma once

#include <string>

#include "dataset/dataset.hpp"

namespace terramask {

/// Whether an image has a labelled pixel in the part.
bool holds_part(const Dataset& dataset, std::size_t image, Part part);

/// Writes class values on the image's grid where it is labelled and in the part; all other pixels are nodata.
/// Throws the errors of MaskWriter.
void write_part_labels(const std::string& path, const Dataset& dataset, std::size_t image, Part part,
                       const StopFlag* stop);

/// Options to open an image of the project with a model's bands, by name and in this order. Throws mismatch
/// if a band is missing.
RasterOptions image_options(const Project& project, std::size_t image, const std::vector<BandRequest>& bands);

}  // namespace terramask
