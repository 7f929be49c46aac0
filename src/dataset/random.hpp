// Random numbers by key: the same on every machine and in any order of calls.
#pragma once

#include <array>
#include <cstdint>

#include "core/random.hpp"

namespace terramask::dataset {

/// Combines several numbers to a key.
template <class... Numbers>
constexpr std::uint64_t key(std::uint64_t first, Numbers... more) {
  std::uint64_t x = mix(first);
  ((x = mix(x ^ static_cast<std::uint64_t>(more))), ...);
  return x;
}

/// The random stream of a key.
class Random : public RandomStream {
 public:
  using RandomStream::RandomStream;
  /// [-1, 1)
  double symmetric() { return 2 * uniform() - 1; }
  /// 0 to count - 1, for counts far below 2⁵³.
  std::uint64_t below(std::uint64_t count) {
    const auto number = static_cast<std::uint64_t>(uniform() * static_cast<double>(count));
    return number < count ? number : count - 1;
  }
  /// Mean 0, variance 1, approximately normal: the sum of twelve uniform numbers of 16 bits. Avoids
  /// logarithms and cosines, which differ between mathematical libraries.
  float normal() {
    std::int64_t sum = 0;
    for (int word = 0; word < 3; ++word) {
      const std::uint64_t bits = next();
      sum += static_cast<std::int64_t>((bits & 0xffffu) + ((bits >> 16) & 0xffffu) +
                                       ((bits >> 32) & 0xffffu) + (bits >> 48));
    }
    return (static_cast<float>(sum) - 6.0F * 65535.0F) / 65536.0F;
  }
};

}  // namespace terramask::dataset
