// Lengths and counts as mappers write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace terramask::labels {

/// A length in metres, or a bare number: "7.5", "7,5 m", "12'", "12'6\"", "24 ft", "3 lanes", "about 6".
/// Ranges ("6-8") and lists ("2;3") are their middle. Empty where the text is none of these, or not above 0.
/// (https://wiki.openstreetmap.org/wiki/Map_features/Units)
std::optional<double> parse_quantity(std::string_view text);

}  // namespace terramask::labels
