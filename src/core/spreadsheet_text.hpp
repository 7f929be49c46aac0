// Texts in tables that spreadsheets open.
#pragma once

#include <string>

namespace terramask {

/// What a spreadsheet would take for a formula gets an apostrophe before it, which makes it text there: what
/// begins with = + - @, a tab or a carriage return, and is no number.
std::string spreadsheet_text(std::string text);

}  // namespace terramask
