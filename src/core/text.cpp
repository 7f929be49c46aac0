#include "core/text.hpp"

#include <cstddef>

namespace terramask {
namespace {

constexpr std::size_t kLongestQuotation = 120;

bool is_control(unsigned char c) {
  return c < 0x20 || c == 0x7f;
}

bool is_continuation(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
}

// Length in bytes of the UTF-8 sequence at `at`; 0 if it is invalid. C1 controls (U+0080 to U+009F), overlong
// forms and surrogates are invalid.
std::size_t sequence(std::string_view text, std::size_t at) {
  const auto c = static_cast<unsigned char>(text[at]);
  if (c < 0x80) return 1;
  if (c < 0xc2 || c > 0xf4) return 0;
  const std::size_t size = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
  for (std::size_t i = 1; i < size; ++i)
    if (!is_continuation(text, at + i)) return 0;
  const auto next = static_cast<unsigned char>(text[at + 1]);
  const bool bad = (c == 0xc2 && next < 0xa0) || (c == 0xe0 && next < 0xa0) || (c == 0xed && next > 0x9f) ||
                   (c == 0xf0 && next < 0x90) || (c == 0xf4 && next > 0x8f);
  return bad ? 0 : size;
}

}  // namespace

std::string quotation(std::string_view text) {
  std::string result = "\"";
  for (std::size_t at = 0; at < text.size();) {
    if (result.size() > kLongestQuotation) return result + "...\"";
    const std::size_t size = sequence(text, at);
    if (size == 0 || is_control(static_cast<unsigned char>(text[at]))) {
      result += '?';
      ++at;
    } else {
      result += text.substr(at, size);
      at += size;
    }
  }
  return result + '"';
}

bool is_presentable(std::string_view text) {
  if (text.empty() || text.size() > 255) return false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = sequence(text, at);
    if (size == 0 || is_control(static_cast<unsigned char>(text[at]))) return false;
    at += size;
  }
  return true;
}

}  // namespace terramask
