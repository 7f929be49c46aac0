// Numbers by seed and counter: the same on every machine, in every order of asking.
#pragma once

#include <cstdint>

namespace terramask::scene {

/// The finaliser of splitmix64 (Steele, Lea and Flood 2014).
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

constexpr std::uint64_t hash(std::uint64_t seed, std::int64_t a, std::int64_t b = 0, std::int64_t c = 0) {
  std::uint64_t x = mix(seed ^ (static_cast<std::uint64_t>(a) * 0xd6e8feb86659fd93ULL));
  x = mix(x ^ (static_cast<std::uint64_t>(b) * 0xa0761d6478bd642fULL));
  return mix(x ^ static_cast<std::uint64_t>(c));
}

/// [0, 1)
constexpr double unit(std::uint64_t h) {
  return static_cast<double>(h >> 11) * 0x1.0p-53;
}

/// A stream of numbers: splitmix64 over a counter.
class Rng {
 public:
  explicit Rng(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15ULL); }
  double uniform() { return unit(next()); }
  double range(double low, double high) { return low + (high - low) * uniform(); }
  int integer(int count) { return static_cast<int>(uniform() * count); }
  bool chance(double probability) { return uniform() < probability; }

 private:
  std::uint64_t state_;
};

}  // namespace terramask::scene
