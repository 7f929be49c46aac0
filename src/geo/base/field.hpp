// Attributes of features.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace terramask::geo {

enum class FieldType { integer, integer64, real, text };
struct Field {
  std::string name;
  FieldType type;
};

/// Nothing, a whole number, a real number (NaN: nothing) or a text.
using FieldValue = std::variant<std::monostate, std::int64_t, double, std::string>;

}  // namespace terramask::geo
