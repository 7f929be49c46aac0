// Meaning of the pixel values of a label raster.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dataset/project.hpp"
#include "geo/read/label_reader.hpp"

namespace terramask::dataset {

/// The code of each value: 1 + the index of its class, or kIgnoredLabel for values in the image's `ignore`
/// and for the raster's nodata (unless `map` contains that value). Without a `map`, the classes' own values
/// apply. For a colour raster, the colours in `map` are passed to `place`, and the codes are theirs.
/// @param found  number of occurrences of each value
/// Throws mismatch if other values occur, listing each with its count.
geo::LabelCodes label_codes(const Project& project, const ProjectImage& image, geo::LabelPlace& place,
                            const std::map<double, std::uint64_t>& found, std::vector<std::string>& warnings);

}  // namespace terramask::dataset
