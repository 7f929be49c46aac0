// Fields of a description, checked one by one. What is wrong is said of "its description".
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace terramask::description {

// Objects keep their order, so that provenance is preserved exactly.
using Json = nlohmann::ordered_json;

/// Throws ErrorCode::format: "its description: CAUSE".
[[noreturn]] void fail(const std::string& cause);

const Json& object(const Json& value, const std::string& where);
const Json& array(const Json& value, const std::string& where);
const Json& need(const Json& parent, const char* key, const std::string& where);
std::int64_t integer(const Json& value, const std::string& where);
/// Any finite number.
double real(const Json& value, const std::string& where);
/// Finite in single precision too, in which statistics are applied.
double number(const Json& value, const std::string& where);
double positive(const Json& value, const std::string& where);
std::string text(const Json& value, const std::string& where);
/// A text that can be shown.
std::string name(const Json& value, const std::string& where);

}  // namespace terramask::description
