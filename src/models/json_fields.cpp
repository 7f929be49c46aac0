#include "models/json_fields.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "terramask/error.hpp"

namespace terramask::description {

void fail(const std::string& cause) {
  throw Error(ErrorCode::format, "its description: " + cause, "export the model again");
}

const Json& object(const Json& value, const std::string& where) {
  if (!value.is_object()) fail(where + " is not an object");
  return value;
}

const Json& array(const Json& value, const std::string& where) {
  if (!value.is_array()) fail(where + " is not a list");
  return value;
}

const Json& need(const Json& parent, const char* key, const std::string& where) {
  const auto found = parent.find(key);
  if (found == parent.end()) fail(fmt::format("{} lacks {}", where, quotation(key)));
  return *found;
}

std::int64_t integer(const Json& value, const std::string& where) {
  if (!value.is_number_integer()) fail(where + " is not a whole number");
  if (value.is_number_unsigned() &&
      value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    fail(where + " is too large");
  return value.get<std::int64_t>();
}

double real(const Json& value, const std::string& where) {
  if (!value.is_number()) fail(where + " is not a number");
  return value.get<double>();
}

double number(const Json& value, const std::string& where) {
  const double result = real(value, where);
  if (!std::isfinite(static_cast<float>(result))) fail(where + " is not finite in single precision");
  return result;
}

double positive(const Json& value, const std::string& where) {
  const double result = number(value, where);
  if (!(static_cast<float>(result) > 0)) fail(where + " is not above 0");
  return result;
}

std::string text(const Json& value, const std::string& where) {
  if (!value.is_string()) fail(where + " is not a text");
  return value.get<std::string>();
}

std::string name(const Json& value, const std::string& where) {
  std::string result = text(value, where);
  if (!is_presentable(result)) fail(where + " is empty, too long or holds control characters");
  return result;
}

}  // namespace terramask::description
