// Feature attributes.
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

/// Null, an integer, a real number (NaN: null) or a string.
using FieldValue = std::variant<std::monostate, std::int64_t, double, std::string>;

}  // namespace terramask::geo
