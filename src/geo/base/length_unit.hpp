// Units of length, as rasters spell them.
#pragma once

#include <optional>
#include <string>

namespace terramask::geo {

/// Metres in a unit ("m", "metre", "ft", "US survey foot", "cm", ...); empty for what is no known length.
std::optional<double> metres_in(const std::string& unit);

}  // namespace terramask::geo
