// Replaces credentials in URLs by stars before text is printed or written.
#pragma once

#include <string>
#include <string_view>

namespace terramask::tiles {

/// Replaces the user and password of URLs ("//user:password@") and the values of query parameters that look
/// like keys (key, token, secret, signature, password, ... in their name) by "***".
std::string without_secrets(std::string_view text);

}  // namespace terramask::tiles
