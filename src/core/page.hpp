// What pages in HTML have in common.
#pragma once

#include <string>
#include <string_view>

namespace terramask {

/// A text as it stands between tags or in an attribute, in HTML and in XML.
std::string escaped(std::string_view text);

/// "0.923"; "–" where there is no number.
std::string score_text(double value);

/// The style that reports begin with: colours, headings, sections, tiles with figures, tables.
std::string_view base_style();

}  // namespace terramask
