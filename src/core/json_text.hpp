// JSON as text, in UTF-8 or not at all.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/utf8.hpp"

namespace terramask {

template <class Json>
void require_utf8_in(const Json& json, std::string_view into) {
  if (json.is_string()) {
    require_utf8(json.template get_ref<const std::string&>(), into);
  } else if (json.is_structured()) {
    for (const auto& [key, value] : json.items()) {
      require_utf8(key, into);
      require_utf8_in(value, into);
    }
  }
}

/// What a program reads back later, so that no byte of a name may be lost. Throws usage, naming the text that
/// is not UTF-8 and what it should have been written into.
template <class Json>
std::string json_text(const Json& json, int indent, std::string_view into) {
  require_utf8_in(json, into);
  return json.dump(indent);
}

}  // namespace terramask
