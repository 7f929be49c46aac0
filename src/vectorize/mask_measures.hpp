// Whether metres mean anything on a mask.
#pragma once

#include <string>
#include <vector>

#include "terramask/vectorize.hpp"
#include "vectorize/mask_rows.hpp"

namespace terramask::vectors {

/// Warns of a mask without a place on the ground.
/// @throws Error mismatch where a measure is in metres and the mask has no place on the ground
void check_measures(const VectorizeOptions& options, const Mask& mask, std::vector<std::string>& warnings);

}  // namespace terramask::vectors
