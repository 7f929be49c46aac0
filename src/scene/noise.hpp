// Smooth noise as a pure function of position.
#pragma once

#include <cmath>
#include <cstdint>

#include "scene/random.hpp"

namespace terramask::scene {

/// Value noise in [-1, 1]; features about one unit across.
inline double noise(std::uint64_t seed, double x, double y) {
  const double fx = std::floor(x), fy = std::floor(y);
  const auto ix = static_cast<std::int64_t>(fx), iy = static_cast<std::int64_t>(fy);
  const auto corner = [&](std::int64_t dx, std::int64_t dy) {
    const std::uint64_t row = static_cast<std::uint64_t>(iy + dy) * 0xa0761d6478bd642fULL;
    const std::uint64_t column = static_cast<std::uint64_t>(ix + dx) * 0xd6e8feb86659fd93ULL;
    return unit(mix(seed ^ row ^ (column + (row >> 29))));
  };
  const double tx = x - fx, ty = y - fy;
  const double sx = tx * tx * tx * (tx * (tx * 6 - 15) + 10), sy = ty * ty * ty * (ty * (ty * 6 - 15) + 10);
  const double top = corner(0, 0) + sx * (corner(1, 0) - corner(0, 0));
  const double bottom = corner(0, 1) + sx * (corner(1, 1) - corner(0, 1));
  return 2 * (top + sy * (bottom - top)) - 1;
}

/// Octaves of noise, each half as strong and about twice as fine; about [-1, 1].
inline double fbm(std::uint64_t seed, double x, double y, int octaves) {
  double sum = 0, weight = 1, total = 0;
  for (int octave = 0; octave < octaves; ++octave) {
    sum += weight * noise(seed + static_cast<std::uint64_t>(octave) * 0x632be59bd9b4e019ULL, x, y);
    total += weight;
    weight *= 0.5;
    const double turned = 1.62 * x - 1.18 * y;  // turned by 36°, twice as fine: hides the lattice
    y = 1.18 * x + 1.62 * y + 17.3;
    x = turned + 5.7;
  }
  return sum / total;
}

inline double smoothstep(double low, double high, double x) {
  const double t = (x - low) / (high - low);
  if (t <= 0) return 0;
  if (t >= 1) return 1;
  return t * t * (3 - 2 * t);
}

inline double lerp(double a, double b, double t) {
  return a + (b - a) * t;
}

/// Nearly normal, mean 0, variance 1, from one hash: the sum of four uniform 16-bit numbers.
inline double gauss(std::uint64_t h) {
  const double sum = static_cast<double>(h & 0xffff) + static_cast<double>((h >> 16) & 0xffff) +
                     static_cast<double>((h >> 32) & 0xffff) + static_cast<double>(h >> 48);
  return (sum / 65535 - 2) * 1.7320508075688772;
}

}  // namespace terramask::scene
