// Text from files that are not trusted, on its way into messages.
#pragma once

#include <string>
#include <string_view>

namespace terramask {

/// The text in quotation marks, fit for one line of a terminal: control characters become "?", a long text is
/// shortened.
std::string quotation(std::string_view text);

/// True where the text can be shown as it is: not empty, at most 255 bytes, valid UTF-8, no control
/// characters.
bool is_presentable(std::string_view text);

}  // namespace terramask
