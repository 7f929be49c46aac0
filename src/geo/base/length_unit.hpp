// Units of length, as spelt in rasters.
#pragma once

#include <optional>
#include <string>

namespace terramask::geo {

/// Metres per unit ("m", "metre", "ft", "US survey foot", "cm", ...); empty for an unknown unit.
std::optional<double> metres_in(const std::string& unit);

}  // namespace terramask::geo
