// Text that may be no UTF-8 (file names, attributes of old files), on its way into files that must be.
#pragma once

#include <string>
#include <string_view>

namespace terramask {

/// Without overlong forms and surrogates.
bool is_utf8(std::string_view text);

/// The text, each byte that is no part of UTF-8 as %XX: to be shown, or written where it need not be read
/// back. Different texts stay different to the eye.
std::string as_utf8(std::string_view text);

/// For what must be read back as it is. Throws usage: "`into`: "f%E4le.tif" is not UTF-8, ...".
void require_utf8(std::string_view text, std::string_view into);

}  // namespace terramask
