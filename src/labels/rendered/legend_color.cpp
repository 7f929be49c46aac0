#include "labels/rendered/legend_color.hpp"

#include <cmath>
#include <numbers>

namespace terramask::labels {
namespace {

constexpr double kDegree = std::numbers::pi / 180;

double to_linear(double code) {
  const double v = code / 255;
  return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}

double lab_root(double t) {
  constexpr double delta = 6.0 / 29;
  return t > delta * delta * delta ? std::cbrt(t) : t / (3 * delta * delta) + 4.0 / 29;
}

double pow7(double v) {
  return v * v * v * v * v * v * v;
}

/// Degrees, 0 to 360; 0 for grey.
double hue(double a, double b) {
  if (a == 0 && b == 0) return 0;
  const double angle = std::atan2(b, a) / kDegree;
  return angle < 0 ? angle + 360 : angle;
}

double hue_step(double from, double to) {
  const double step = to - from;
  if (step > 180) return step - 360;
  if (step < -180) return step + 360;
  return step;
}

double mean_hue(double h1, double h2) {
  if (std::abs(h1 - h2) <= 180) return (h1 + h2) / 2;
  return h1 + h2 < 360 ? (h1 + h2 + 360) / 2 : (h1 + h2 - 360) / 2;
}

}  // namespace

Lab to_lab(const std::array<double, 3>& rgb) {
  const double r = to_linear(rgb[0]), g = to_linear(rgb[1]), b = to_linear(rgb[2]);
  // The primaries of sRGB, each row divided by the white of D65.
  const double x = lab_root((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const double y = lab_root(0.2126729 * r + 0.7151522 * g + 0.0721750 * b);
  const double z = lab_root((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

Lab to_lab(const Rgb& rgb) {
  return to_lab(
      std::array{static_cast<double>(rgb[0]), static_cast<double>(rgb[1]), static_cast<double>(rgb[2])});
}

double color_difference(const Lab& first, const Lab& second) {
  const double mean_chroma = (std::hypot(first.a, first.b) + std::hypot(second.a, second.b)) / 2;
  const double g = 0.5 * (1 - std::sqrt(pow7(mean_chroma) / (pow7(mean_chroma) + pow7(25))));
  const double a1 = (1 + g) * first.a, a2 = (1 + g) * second.a;
  const double c1 = std::hypot(a1, first.b), c2 = std::hypot(a2, second.b);
  const double h1 = hue(a1, first.b), h2 = hue(a2, second.b);

  const bool grey = c1 * c2 == 0;
  const double lightness_step = second.l - first.l, chroma_step = c2 - c1;
  const double hue_change = grey ? 0 : 2 * std::sqrt(c1 * c2) * std::sin(hue_step(h1, h2) / 2 * kDegree);

  const double l = (first.l + second.l) / 2, c = (c1 + c2) / 2;
  const double h = grey ? h1 + h2 : mean_hue(h1, h2);
  const double t = 1 - 0.17 * std::cos((h - 30) * kDegree) + 0.24 * std::cos(2 * h * kDegree) +
                   0.32 * std::cos((3 * h + 6) * kDegree) - 0.20 * std::cos((4 * h - 63) * kDegree);
  const double turn = 30 * std::exp(-((h - 275) / 25) * ((h - 275) / 25));
  const double chroma_rotation = 2 * std::sqrt(pow7(c) / (pow7(c) + pow7(25)));
  const double from_middle = (l - 50) * (l - 50);
  const double dl = lightness_step / (1 + 0.015 * from_middle / std::sqrt(20 + from_middle));
  const double dc = chroma_step / (1 + 0.045 * c);
  const double dh = hue_change / (1 + 0.015 * c * t);
  const double rotation = -std::sin(2 * turn * kDegree) * chroma_rotation;
  return std::sqrt(dl * dl + dc * dc + dh * dh + rotation * dc * dh);
}

}  // namespace terramask::labels
