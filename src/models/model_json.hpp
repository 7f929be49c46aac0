// The text in a model file's metadata entry `terramask`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "terramask/model.hpp"

namespace terramask {

/// Maximum size of a description in bytes (room for 65535 classes), maximum nesting depth, maximum keys per
/// object.
inline constexpr std::size_t kMaxDescriptionBytes = std::size_t{8} << 20;
inline constexpr int kMaxDescriptionDepth = 32;
inline constexpr std::size_t kMaxDescriptionKeys = 1000;

/// Parses and checks a description. Unused keys are reported in `warnings`.
/// @throws Error format, or unsupported if a later Terramask is required: "FILE: cause"
ModelInfo parse_description(std::string_view text, const std::string& file,
                            std::vector<std::string>& warnings);

/// Text for parse_description; the same description gives the same bytes.
/// @throws Error usage if the provenance is not JSON or a text is not UTF-8
std::string description_text(const ModelInfo& info);

/// Changes the threshold, and nothing else, of a description accepted by parse_description.
std::string with_threshold(std::string_view description, double threshold);

}  // namespace terramask
