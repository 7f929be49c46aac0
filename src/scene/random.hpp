// Numbers by seed and counter: the same on every machine, in every order of asking.
#pragma once

#include <cstdint>

#include "core/random.hpp"

namespace terramask::scene {

constexpr std::uint64_t hash(std::uint64_t seed, std::int64_t a, std::int64_t b = 0, std::int64_t c = 0) {
  std::uint64_t x = mix(seed ^ (static_cast<std::uint64_t>(a) * 0xd6e8feb86659fd93ULL));
  x = mix(x ^ (static_cast<std::uint64_t>(b) * 0xa0761d6478bd642fULL));
  return mix(x ^ static_cast<std::uint64_t>(c));
}

/// The stream of a seed.
class Rng : public RandomStream {
 public:
  explicit Rng(std::uint64_t seed) : RandomStream(seed + kGoldenStep) {}
  double range(double low, double high) { return low + (high - low) * uniform(); }
  int integer(int count) { return static_cast<int>(uniform() * count); }
  bool chance(double probability) { return uniform() < probability; }
};

}  // namespace terramask::scene
