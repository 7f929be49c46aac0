#include "tiles/image_bytes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>

#include "tiles/byte_order.hpp"
#include "tiles/image_excess.hpp"

namespace terramask::tiles {
namespace {

using namespace std::string_view_literals;

/// A chain of chunks (length, name, data, checksum) up to IEND.
bool whole_png(std::string_view bytes) {
  std::size_t at = 8;
  while (bytes.size() - at >= 12) {
    const std::uint64_t length = big_endian(bytes, at, 4);
    if (length > bytes.size() - at - 12) return false;
    if (bytes.substr(at + 4, 4) == "IEND") return true;
    at += 12 + length;
  }
  return false;
}

/// Segments up to a scan, then its data, in which FF is followed by 00 or a restart marker; repeated until
/// the end marker. End markers within a segment (of a thumbnail) are ignored.
bool whole_jpeg(std::string_view bytes) {
  std::size_t at = 2;
  while (at + 4 <= bytes.size() || (at + 2 <= bytes.size() && byte(bytes, at + 1) == 0xD9)) {
    if (byte(bytes, at) != 0xFF) return false;
    const std::uint64_t marker = byte(bytes, at + 1);
    if (marker == 0xD9) return true;
    if (marker == 0xFF) {  // padding
      ++at;
      continue;
    }
    at += 2 + big_endian(bytes, at + 2, 2);
    if (marker != 0xDA) continue;
    for (; at + 1 < bytes.size(); ++at) {
      if (byte(bytes, at) != 0xFF) continue;
      const std::uint64_t next = byte(bytes, at + 1);
      if (next != 0 && next != 0xFF && (next < 0xD0 || next > 0xD7)) break;
    }
  }
  return false;
}

bool whole_webp(std::string_view bytes) {
  return little_endian(bytes, 4, 4) + 8 <= bytes.size();
}

std::string beginning(std::string_view bytes) {
  std::string text;
  for (const char c : bytes.substr(0, 200)) {
    const bool blank = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (blank && (text.empty() || text.back() == ' ')) continue;
    text.push_back(blank ? ' ' : c);
    if (text.size() == 50) break;
  }
  return text;
}

}  // namespace

std::string image_kind(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return "png";
  if (bytes.starts_with("\xFF\xD8\xFF"sv)) return "jpg";
  if (bytes.size() >= 12 && bytes.starts_with("RIFF") && bytes.substr(8, 4) == "WEBP") return "webp";
  return {};
}

std::string image_fault(std::string_view bytes) {
  if (bytes.empty()) return "no bytes";
  const std::string kind = image_kind(bytes);
  if (kind.empty()) {
    const auto printable = [](unsigned char c) { return std::isprint(c) != 0 || std::isspace(c) != 0; };
    const std::string_view head = bytes.substr(0, 64);
    if (std::all_of(head.begin(), head.end(), printable))
      return fmt::format("text, not an image: \"{}\"", beginning(bytes));
    return fmt::format("{} bytes that are no PNG, JPEG or WebP", bytes.size());
  }
  const bool whole = kind == "png" ? whole_png(bytes) : kind == "jpg" ? whole_jpeg(bytes) : whole_webp(bytes);
  if (!whole) return fmt::format("a {} that is cut short after {} bytes", kind, bytes.size());
  return image_excess(bytes, kind);
}

}  // namespace terramask::tiles
