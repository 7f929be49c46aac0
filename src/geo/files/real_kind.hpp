// What a file that GDAL cannot open really is: people name downloads that look like data and are something
// else.
#pragma once

#include <optional>
#include <string>

namespace terramask::geo {

struct RealKind {
  std::string what;    ///< "is a web page"
  std::string remedy;  ///< how to come by the data
};

/// By the first bytes of the file; empty where they say nothing, or there is no such file.
std::optional<RealKind> real_kind(const std::string& path);

/// The same of a text that GDAL opens but reads as rubbish: a CSV in UTF-16.
std::optional<RealKind> unread_text(const std::string& path);

}  // namespace terramask::geo
