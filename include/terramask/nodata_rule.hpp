// When a pixel of several bands is nodata.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace terramask {

enum class NodataRule : std::uint8_t {
  /// Integer bands whose nodata value is 0 or their type's maximum, which imagery uses for its collar: where
  /// all of them have it, for single bands of dark or bright things have it too. Any other value (-9999,
  /// NaN):
  /// where any band has it.
  automatic,
  any,  ///< where any band has its value
  all,  ///< where all bands have theirs
};

inline constexpr std::array<const char*, 3> kNodataRules{"auto", "any", "all"};

inline const char* to_string(NodataRule rule) {
  return kNodataRules[static_cast<std::size_t>(rule)];
}

/// Empty where no rule is called so.
inline std::optional<NodataRule> parse_nodata_rule(std::string_view text) {
  for (std::size_t i = 0; i < kNodataRules.size(); ++i)
    if (text == kNodataRules[i]) return static_cast<NodataRule>(i);
  return std::nullopt;
}

}  // namespace terramask
