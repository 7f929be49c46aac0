// The names that files, options and messages give the values of an enumeration: one list, beside it.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace terramask {

/// Specialised beside an enumeration: an array of std::pair<E, std::string_view>, a pair for each value.
template <class E>
inline constexpr std::nullptr_t enum_names = nullptr;

template <class E>
std::string_view name_of(E value) {
  for (const auto& [one, name] : enum_names<E>)
    if (one == value) return name;
  return {};
}

template <class E>
std::optional<E> value_of(std::string_view text) {
  for (const auto& [one, name] : enum_names<E>)
    if (name == text) return one;
  return std::nullopt;
}

template <class E>
std::vector<std::string_view> all_names() {
  std::vector<std::string_view> names;
  for (const auto& [one, name] : enum_names<E>) names.push_back(name);
  return names;
}

}  // namespace terramask
