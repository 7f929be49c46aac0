#include "tiles/redact.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace terramask::tiles {
namespace {

constexpr std::string_view kStars = "***";

bool secret_name(std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  constexpr std::array<std::string_view, 9> telling{"key",  "token", "secret",     "sig", "password",
                                                    "pass", "pwd",   "credential", "auth"};
  return std::any_of(telling.begin(), telling.end(),
                     [&lower](std::string_view word) { return lower.find(word) != std::string::npos; });
}

bool ends_url(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0 || c == '"' || c == '\'' || c == '<' || c == '>';
}

/// Appends the text from "//" to the end of the authority, without the user.
std::size_t copy_authority(std::string_view text, std::size_t from, std::string& out) {
  std::size_t end = from;
  while (end < text.size() && text[end] != '/' && text[end] != '?' && text[end] != '#' &&
         !ends_url(text[end]))
    ++end;
  const std::string_view authority = text.substr(from, end - from);
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) {
    out += kStars;
    out += authority.substr(at);
  } else {
    out += authority;
  }
  return end;
}

}  // namespace

std::string without_secrets(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (text.substr(i, 3) == "://") {
      out += "://";
      i = copy_authority(text, i + 3, out);
      continue;
    }
    out.push_back(c);
    ++i;
    if (c != '?' && c != '&' && c != ';') continue;
    std::size_t equals = i;
    while (equals < text.size() && (std::isalnum(static_cast<unsigned char>(text[equals])) != 0 ||
                                    text[equals] == '_' || text[equals] == '-' || text[equals] == '.'))
      ++equals;
    if (equals >= text.size() || text[equals] != '=' || !secret_name(text.substr(i, equals - i))) continue;
    std::size_t end = equals + 1;
    // The name of an environment variable is not secret.
    if (text.substr(end, 5) == "{env:") continue;
    while (end < text.size() && text[end] != '&' && text[end] != '#' && text[end] != ';' &&
           !ends_url(text[end]))
      ++end;
    out += text.substr(i, equals + 1 - i);
    if (end > equals + 1) out += kStars;
    i = end;
  }
  return out;
}

}  // namespace terramask::tiles
