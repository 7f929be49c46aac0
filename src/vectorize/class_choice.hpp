// Which classes are to be written.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "vectorize/mask_rows.hpp"

namespace terramask::vectors {

/// Values of the classes that are named, by name or by value; empty where none is named.
/// @throws Error usage for a name that the mask does not know
std::set<std::int32_t> choose_classes(const Mask& mask, const std::vector<std::string>& names,
                                      const std::string& option);

}  // namespace terramask::vectors
