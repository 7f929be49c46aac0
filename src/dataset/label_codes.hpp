// What the pixel values of a label raster mean.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dataset/project.hpp"
#include "geo/read/label_reader.hpp"

namespace terramask::dataset {

/// The code of each value: 1 + the index of the class it is, or kIgnoredLabel for what the image's `ignore`
/// lists and for the raster's nodata (unless `map` names that value). Without a `map` the values are those of
/// the classes. Of a raster of colours `place` is told those that `map` names, whose codes these are.
/// @param found  how often each value occurs
/// Throws mismatch where a value that occurs is neither, listing each with its count.
geo::LabelCodes label_codes(const Project& project, const ProjectImage& image, geo::LabelPlace& place,
                            const std::map<double, std::uint64_t>& found, std::vector<std::string>& warnings);

}  // namespace terramask::dataset
