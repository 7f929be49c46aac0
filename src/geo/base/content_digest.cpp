#include "geo/base/content_digest.hpp"

#include <bit>
#include <type_traits>

#include "core/random.hpp"

namespace terramask::geo {
namespace {

template <class T>
std::uint64_t bits_of(T value) {
  if constexpr (std::is_same_v<T, float>)
    return std::bit_cast<std::uint32_t>(value);
  else
    return value;
}

}  // namespace

template <class T>
void ContentDigest::add(const Window& window, int band, std::span<const T> values, T nodata) {
  std::size_t i = 0;
  for (std::int64_t row = 0; row < window.height; ++row) {
    auto place = static_cast<std::uint64_t>((band * height_ + window.y + row) * width_ + window.x);
    for (std::int64_t column = 0; column < window.width; ++column, ++i, ++place) {
      const T value = values[i];
      if (value == nodata || value != value) continue;
      sum_ += finalise(place * kGoldenStep + bits_of(value));
    }
  }
}

template void ContentDigest::add(const Window&, int, std::span<const std::uint8_t>, std::uint8_t);
template void ContentDigest::add(const Window&, int, std::span<const std::uint16_t>, std::uint16_t);
template void ContentDigest::add(const Window&, int, std::span<const float>, float);

}  // namespace terramask::geo
