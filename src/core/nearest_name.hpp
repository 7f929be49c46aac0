// What somebody meant who misspelt a name.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace terramask {

/// How many letters were left out, added, changed, or swapped with their neighbour (Damerau and Levenshtein,
/// no letter touched twice).
std::size_t spelling_distance(std::string_view a, std::string_view b);

/// The name most like `word`: with at most one fault in three letters, begun by it ("seg"), or its beginning
/// ("training" for "train"). Empty where there is none; the first of equals. Dashes before a name do not
/// count.
std::string nearest_name(std::string_view word, std::span<const std::string> names);

}  // namespace terramask
