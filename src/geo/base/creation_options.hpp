// Creation options of the COG driver (NAME=VALUE).
#pragma once

#include <map>
#include <span>
#include <string>

namespace terramask::geo {

/// Keys are in upper case.
using CreationOptions = std::map<std::string, std::string>;

/// Merges the user's options into the defaults. Throws usage for options that the driver does not know,
/// invalid values, options that change the grid, and lossy compression.
/// @param overview_resamplings resampling methods that preserve the meaning of the values; the first is the
/// default
CreationOptions merge_creation_options(CreationOptions defaults, std::span<const std::string> options,
                                       std::span<const std::string_view> overview_resamplings);

/// Block side of probability rasters. A COG stores the bands of a pixel together, so blocks shrink as bands
/// increase, to at most 16 MiB.
int probability_block(std::size_t bands, std::size_t bytes);

}  // namespace terramask::geo
