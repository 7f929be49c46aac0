// Reads numbers from the bytes of a file.
#pragma once

#include <cstdint>
#include <string_view>

namespace terramask::tiles {

inline std::uint64_t byte(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

inline std::uint64_t big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8U | byte(bytes, at + i);
  return value;
}

inline std::uint64_t little_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i > 0; --i) value = value << 8U | byte(bytes, at + i - 1);
  return value;
}

}  // namespace terramask::tiles
