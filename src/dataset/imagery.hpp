// Raster reader options for a project's images.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dataset/project.hpp"
#include "terramask/raster_reader.hpp"

namespace terramask::dataset {

/// The bands of an image: numbers within its joined stack, with names and types.
struct ImageBands {
  std::vector<int> numbers;
  std::vector<BandRequest> bands;
};

/// Finds the bands: those specified by the stack's members, else all except alpha; heights come last. Bands
/// without a name are called "band_1", ... Throws the errors of choosing bands, and mismatch if two bands
/// have the same name.
ImageBands find_bands(const ProjectImage& image);

/// Options to open an image with the bands of the first image, in their order.
/// Throws mismatch, naming both images, if bands are missing or of another type.
RasterOptions raster_options(const ProjectImage& image, const ImageBands& own,
                             const ProjectImage& first_image, const ImageBands& first,
                             std::optional<double> pixel_size_m, NodataRule rule);

}  // namespace terramask::dataset
