#include "core/utf8.hpp"

#include <fmt/format.h>

#include "terramask/error.hpp"

namespace terramask {
namespace {

/// Bytes of the character that begins at `at`; 0 where there is none.
std::size_t character(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const std::size_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  for (std::size_t i = 1; i < size; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool beyond = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
  return overlong || beyond ? 0 : size;
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = character(text, at);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

std::string as_utf8(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::string made;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = character(text, at);
    if (size == 0)
      made += fmt::format("%{:02X}", static_cast<unsigned char>(text[at]));
    else
      made += text.substr(at, size);
    at += size == 0 ? 1 : size;
  }
  return made;
}

void require_utf8(std::string_view text, std::string_view into) {
  if (is_utf8(text)) return;
  throw Error(
      ErrorCode::usage,
      fmt::format("{}: \"{}\" is not UTF-8 (%XX stands for the bytes that are not) and cannot be kept there",
                  as_utf8(into), as_utf8(text)),
      "rename it");
}

}  // namespace terramask
