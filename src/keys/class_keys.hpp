// A class as described in users' files: projects and label rules.
#pragma once

#include "keys/key_visitor.hpp"
#include "terramask/class_info.hpp"

namespace terramask::keys {

inline void visit_class(KeyVisitor& v, ClassInfo& one) {
  using Need = KeyVisitor::Need;
  std::int64_t value = one.value;
  v.whole("value", value, 0, 65534, Need::required);
  one.value = static_cast<int>(value);
  v.text("name", one.name, Need::required);
  v.text("color", one.color, Need::required);
  const auto read = [&one](const Json& found, const Place& place) {
    if (!found.is_boolean()) place.refuse(found, "true or false");
    one.transparent = found.get<bool>();
  };
  v.special(
      "transparent", read, [&one] { return one.transparent ? Json(*one.transparent) : Json(); },
      Need::optional);
}

}  // namespace terramask::keys
