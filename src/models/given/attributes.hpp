// Attributes of given nodes, with ONNX's defaults.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "terramask/error.hpp"
#include "terramask/given_network.hpp"

namespace terramask::given {

/// Throws ErrorCode::format where the attribute is of another type. An empty list has no type: files may
/// hold it as either.
template <class T>
std::optional<T> find_attribute(const GivenNode& node, std::string_view name) {
  const auto found = node.attributes.find(name);
  if (found == node.attributes.end()) return std::nullopt;
  const auto* value = std::get_if<T>(&found->second);
  return value != nullptr ? std::optional<T>(*value) : std::nullopt;
}

inline std::int64_t whole_attribute(const GivenNode& node, std::string_view name, std::int64_t otherwise) {
  return find_attribute<std::int64_t>(node, name).value_or(otherwise);
}

inline double real_attribute(const GivenNode& node, std::string_view name, double otherwise) {
  return find_attribute<double>(node, name).value_or(otherwise);
}

inline std::string text_attribute(const GivenNode& node, std::string_view name, std::string_view otherwise) {
  return find_attribute<std::string>(node, name).value_or(std::string(otherwise));
}

}  // namespace terramask::given
