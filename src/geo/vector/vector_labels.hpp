// Vector files that were given where a raster of labels is wanted.
#pragma once

#include <string>

namespace terramask::geo {

/// The command that makes labels of a vector file for an image: "terramask labels --burn ...".
std::string labels_command(const std::string& vectors, const std::string& image);

/// Throws usage with that command where the file is one of vectors.
void refuse_vectors(const std::string& labels, const std::string& image);

}  // namespace terramask::geo
