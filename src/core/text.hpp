// Untrusted text from files, for use in messages.
#pragma once

#include <string>
#include <string_view>

namespace terramask {

/// Quotes the text for one line of a terminal: control characters become "?", long text is truncated.
std::string quotation(std::string_view text);

/// True if the text can be shown unchanged: not empty, at most 255 bytes, valid UTF-8, no control characters.
bool is_presentable(std::string_view text);

}  // namespace terramask
