#include "labels/rendered/fine_pattern.hpp"

#include <bitset>
#include <cmath>
#include <numbers>

namespace terramask::labels {
namespace {

constexpr int kAngles = 64;
constexpr double kStep = 0.05;  // between parallel lines, in parts: finer than any two lines that differ

unsigned beyond(double dx, double dy, double distance) {
  unsigned mask = 0;
  for (int v = 0; v < kFine; ++v)
    for (int u = 0; u < kFine; ++u)
      if ((u - 1) * dx + (v - 1) * dy > distance) mask |= 1U << static_cast<unsigned>(v * kFine + u);
  return mask;
}

HalfPixel measured(unsigned mask) {
  HalfPixel half{.mask = mask, .parts = std::bitset<kParts>(mask).count()};
  each_inner_pair([&](std::size_t a, std::size_t b, float length) {
    if (((mask >> a) & 1U) != ((mask >> b) & 1U)) half.border += length;
  });
  return half;
}

}  // namespace

std::vector<HalfPixel> half_pixels() {
  std::bitset<1U << kParts> seen;
  std::vector<HalfPixel> all;
  for (int k = 0; k < kAngles; ++k) {
    const double angle = 2 * std::numbers::pi * (k + 0.5) / kAngles;
    for (double distance = -2; distance <= 2; distance += kStep) {
      const unsigned mask = beyond(std::cos(angle), std::sin(angle), distance);
      if (seen[mask]) continue;
      seen[mask] = true;
      all.push_back(measured(mask));
    }
  }
  return all;
}

}  // namespace terramask::labels
