// A class as the files of Terramask hold it.
#pragma once

#include "terramask/class_info.hpp"

namespace terramask {

/// {"value": 0, "name": "background", "color": "#000000"}, and "transparent" where it is said.
/// @tparam Json one of nlohmann's
template <class Json>
Json class_json(const ClassInfo& one) {
  Json json{{"value", one.value}, {"name", one.name}, {"color", one.color}};
  if (one.transparent) json["transparent"] = *one.transparent;
  return json;
}

}  // namespace terramask
