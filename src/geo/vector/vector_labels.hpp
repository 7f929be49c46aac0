// Handles vector files specified where a label raster is expected.
#pragma once

#include <string>

namespace terramask::geo {

/// The command that makes a label raster from a vector file for an image: "terramask labels --burn ...".
std::string labels_command(const std::string& vectors, const std::string& image);

/// Throws usage with that command if the file is a vector file.
void refuse_vectors(const std::string& labels, const std::string& image);

}  // namespace terramask::geo
