// The text in a model file's metadata entry `terramask`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "terramask/model.hpp"

namespace terramask {

/// Largest description in bytes (room for 65535 classes), its deepest nesting, the most keys of an object.
inline constexpr std::size_t kMaxDescriptionBytes = std::size_t{8} << 20;
inline constexpr int kMaxDescriptionDepth = 32;
inline constexpr std::size_t kMaxDescriptionKeys = 1000;

/// Reads and checks a description. Keys that change nothing are named in `warnings`.
/// @throws Error format, or unsupported where a later Terramask is needed: "FILE: cause"
ModelInfo parse_description(std::string_view text, const std::string& file,
                            std::vector<std::string>& warnings);

/// What parse_description reads; the same description gives the same bytes.
/// @throws Error usage where the provenance is not JSON or a text not UTF-8
std::string description_text(const ModelInfo& info);

/// A description that parse_description has read, with another threshold and nothing else changed.
std::string with_threshold(std::string_view description, double threshold);

}  // namespace terramask
