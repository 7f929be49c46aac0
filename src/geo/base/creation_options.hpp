// Creation options of the COG driver (NAME=VALUE).
#pragma once

#include <map>
#include <span>
#include <string>

namespace terramask::geo {

/// Names are in upper case.
using CreationOptions = std::map<std::string, std::string>;

/// The user's options over the defaults. Refused (ErrorCode::usage): options the driver does not know, values
/// it would not take, options that change the grid, and lossy compression.
/// @param overview_resamplings resampling methods that keep the meaning of the values; the first is the
/// default
CreationOptions merge_creation_options(CreationOptions defaults, std::span<const std::string> options,
                                       std::span<const std::string_view> overview_resamplings);

/// Side of the blocks of probabilities. A COG stores the bands of a pixel together: blocks shrink where there
/// are many, to at most 16 MiB.
int probability_block(std::size_t bands, std::size_t bytes);

}  // namespace terramask::geo
