// Credentials in URLs: what is printed or written shows stars in their place.
#pragma once

#include <string>
#include <string_view>

namespace terramask::tiles {

/// The text with the user and password of URLs ("//user:password@") and the values of query parameters that
/// look like keys (key, token, secret, signature, password, ... in their name) replaced by "***".
std::string without_secrets(std::string_view text);

}  // namespace terramask::tiles
