// Philox 4×32-10, a counter-based generator (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2,
// 3"): random words are a function of a counter and a key; there is no state.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

namespace terramask::ops {

constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                              std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

/// Elements with a random word below this are dropped.
inline std::uint32_t dropout_threshold(double rate) {
  return static_cast<std::uint32_t>(std::floor(rate * 4294967296.0));
}

/// The factor for the remaining elements, rounded so that it is the same on all devices.
inline float dropout_scale(double rate) {
  return static_cast<float>(1 / (1 - rate));
}

}  // namespace terramask::ops
