// Identifies files that GDAL cannot open, such as downloads that look like data but are not.
#pragma once

#include <optional>
#include <string>

namespace terramask::geo {

struct RealKind {
  std::string what;    ///< "is a web page"
  std::string remedy;  ///< how to obtain the data
};

/// By the first bytes of the file; empty if they are inconclusive or the file does not exist.
std::optional<RealKind> real_kind(const std::string& path);

/// The same for text that GDAL opens but misreads: a CSV in UTF-16.
std::optional<RealKind> unread_text(const std::string& path);

}  // namespace terramask::geo
