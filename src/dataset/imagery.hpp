// An image of a project as the raster reader wants it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dataset/project.hpp"
#include "terramask/raster_reader.hpp"

namespace terramask::dataset {

/// The bands of an image: numbers over its joined stack, with names and types.
struct ImageBands {
  std::vector<int> numbers;
  std::vector<BandRequest> bands;
};

/// Finds them: those that the stack's members name, else all but alpha; heights come last. Bands that say
/// nothing of themselves are called "band_1", ... Throws what choosing bands throws, and mismatch where two
/// bands have one name.
ImageBands find_bands(const ProjectImage& image);

/// How to open an image with the bands of the first image, in their order.
/// Throws mismatch naming both where it has not those, or of another kind.
RasterOptions raster_options(const ProjectImage& image, const ImageBands& own,
                             const ProjectImage& first_image, const ImageBands& first,
                             std::optional<double> pixel_size_m, NodataRule rule);

}  // namespace terramask::dataset
