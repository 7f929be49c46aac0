// Random numbers by key: the same on every machine, in every order of asking.
#pragma once

#include <cstdint>
#include <string_view>

namespace terramask {

/// 2⁶⁴ over the golden ratio: SplitMix64's step.
inline constexpr std::uint64_t kGoldenStep = 0x9e3779b97f4a7c15u;

/// David Stafford's mixer (variant 13 of "Better Bit Mixing", 2011).
constexpr std::uint64_t finalise(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// SplitMix64 (Steele, Lea and Flood 2014) as a function of its state.
constexpr std::uint64_t mix(std::uint64_t x) {
  return finalise(x + kGoldenStep);
}

/// FNV-1a (Fowler, Noll and Vo): the key of a text, the same on every machine.
constexpr std::uint64_t hash_text(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325u;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return value;
}

/// [0, 1) from 53 bits.
constexpr double unit(std::uint64_t bits) {
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

/// A stream of numbers: SplitMix64.
class RandomStream {
 public:
  explicit RandomStream(std::uint64_t state) : state_(state) {}
  std::uint64_t next() {
    const std::uint64_t bits = mix(state_);
    state_ += kGoldenStep;
    return bits;
  }
  /// [0, 1)
  double uniform() { return unit(next()); }

 private:
  std::uint64_t state_;
};

}  // namespace terramask
