// XML escaping.
#pragma once

#include <cpl_conv.h>
#include <cpl_string.h>

#include <memory>
#include <string>

namespace terramask::geo {

/// `text`, escaped for an element or an attribute.
inline std::string xml_escaped(const std::string& text) {
  const std::unique_ptr<char, decltype(&VSIFree)> made(
      CPLEscapeString(text.c_str(), static_cast<int>(text.size()), CPLES_XML), VSIFree);
  return made.get();
}

}  // namespace terramask::geo
