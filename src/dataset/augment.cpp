#include "dataset/augment.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace terramask::dataset {
namespace {

void add_noise(std::size_t plane, double amount, const std::vector<double>& spread, Random& random,
               PartPixels& patch) {
  for (std::size_t b = 0; b < spread.size(); ++b) {
    const auto scale = static_cast<float>(amount * spread[b]);
    float* values = patch.values.data() + b * plane;
    for (std::size_t i = 0; i < plane; ++i) values[i] += scale * random.normal();
  }
}

/// One side of a Gaussian: from its centre to 3 σ.
std::vector<float> gaussian(double sigma) {
  const double first = 1 / (2 * sigma * sigma);
  std::vector<float> weights;
  const auto radius = static_cast<int>(std::ceil(3 * sigma));
  for (int k = 0; k <= radius; ++k) weights.push_back(static_cast<float>(std::exp(-k * k * first)));
  return weights;
}

/// Σ w v over the taps inside: along the rows, then along the columns, one tap at a time.
void blur_rows(const std::vector<float>& weights, std::int64_t size, const std::vector<float>& from,
               std::vector<float>& to) {
  const auto radius = static_cast<std::int64_t>(weights.size()) - 1;
  std::fill(to.begin(), to.end(), 0.0F);
  for (std::int64_t row = 0; row < size; ++row) {
    const float* in = from.data() + row * size;
    float* out = to.data() + row * size;
    for (std::int64_t k = -radius; k <= radius; ++k) {
      const float w = weights[static_cast<std::size_t>(std::abs(k))];
      const std::int64_t end = std::min(size, size - k);
      for (std::int64_t i = std::max<std::int64_t>(0, -k); i < end; ++i) out[i] += w * in[i + k];
    }
  }
}

void blur_columns(const std::vector<float>& weights, std::int64_t size, const std::vector<float>& from,
                  std::vector<float>& to) {
  const auto radius = static_cast<std::int64_t>(weights.size()) - 1;
  std::fill(to.begin(), to.end(), 0.0F);
  for (std::int64_t row = 0; row < size; ++row)
    for (std::int64_t k = std::max(-radius, -row); k <= std::min(radius, size - 1 - row); ++k) {
      const float w = weights[static_cast<std::size_t>(std::abs(k))];
      const float* in = from.data() + (row + k) * size;
      float* out = to.data() + row * size;
      for (std::int64_t i = 0; i < size; ++i) out[i] += w * in[i];
    }
}

void blur(double sigma, std::int64_t size, std::size_t bands, PartPixels& patch) {
  if (sigma < 0.2) return;  // its weights would be 1 and 0
  const std::vector<float> weights = gaussian(sigma);
  const auto plane = static_cast<std::size_t>(size * size);
  std::vector<float> line(plane), share(plane), sum(plane);
  const auto both = [&](std::vector<float>& values) {
    blur_rows(weights, size, values, line);
    blur_columns(weights, size, line, values);
  };
  for (std::size_t i = 0; i < plane; ++i) share[i] = patch.visible[i] != 0 ? 1.0F : 0.0F;
  both(share);
  for (std::size_t b = 0; b < bands; ++b) {
    float* values = patch.values.data() + b * plane;
    for (std::size_t i = 0; i < plane; ++i) sum[i] = patch.visible[i] != 0 ? values[i] : 0.0F;
    both(sum);
    for (std::size_t i = 0; i < plane; ++i)
      if (patch.visible[i] != 0) values[i] = sum[i] / share[i];
  }
}

/// floor without a function call; positions are in the window or a few pixels outside.
std::int64_t floor_of(double v) {
  return static_cast<std::int64_t>(v + 16) - 16;
}

}  // namespace

Affine Affine::then(const Affine& next) const {
  return {next.a * a + next.b * c, next.a * b + next.b * d, next.c * a + next.d * c, next.c * b + next.d * d};
}

std::array<double, 2> sin_cos(double degrees) {
  const double quarters = std::floor(degrees / 90 + 0.5);
  const double x = (degrees - 90 * quarters) * (std::numbers::pi / 180);
  double sine = 0, cosine = 0, term = 1;
  for (int k = 0; k < 18; ++k) {  // |x| <= π/4: the last term is below 1e-17
    const double signed_term = k % 4 < 2 ? term : -term;
    (k % 2 == 0 ? cosine : sine) += signed_term;
    term *= x / (k + 1);
  }
  const auto turn = static_cast<std::int64_t>(quarters) & 3;
  if (turn == 1) return {cosine, -sine};
  if (turn == 2) return {-sine, -cosine};
  if (turn == 3) return {-cosine, sine};
  return {sine, cosine};
}

double draw_factor(double most, Random& random) {
  const double x = random.symmetric();
  return x >= 0 ? 1 + x * most : 1 / (1 - x * most);
}

Affine draw_affine(const AugmentKeys& augment, Random& random) {
  // Each number is drawn even if it is not used, so that changing one amount does not affect the others.
  const double angle = augment.rotation * random.symmetric();
  const double factor = draw_factor(augment.scale, random);
  const double shear = augment.shear * random.symmetric();
  const auto turns = augment.turn ? static_cast<double>(random.next() >> 62) : (random.next(), 0.0);
  const bool mirror = (random.next() >> 63) != 0 && augment.flip;
  const auto [sine, cosine] = sin_cos(angle + 90 * turns);
  Affine map;
  if (mirror) map = map.then({-1, 0, 0, 1});
  if (shear != 0) map = map.then({1, shear, 0, 1});
  map = map.then({cosine, -sine, sine, cosine});
  return {map.a / factor, map.b / factor, map.c / factor, map.d / factor};
}

Window reach_of(const Affine& map, double x, double y, std::int64_t size) {
  const double half = static_cast<double>(size) / 2;
  const double dx = (std::abs(map.a) + std::abs(map.b)) * half + 1;
  const double dy = (std::abs(map.c) + std::abs(map.d)) * half + 1;
  Window window;
  window.x = static_cast<std::int64_t>(std::floor(x - dx));
  window.y = static_cast<std::int64_t>(std::floor(y - dy));
  window.width = static_cast<std::int64_t>(std::ceil(x + dx)) - window.x;
  window.height = static_cast<std::int64_t>(std::ceil(y + dy)) - window.y;
  return window;
}

void warp(const PartPixels& pixels, const Window& window, std::size_t bands, const Affine& map, double x,
          double y, std::int64_t size, PartPixels& patch) {
  const auto plane = static_cast<std::size_t>(size * size);
  const auto held = static_cast<std::size_t>(window.width * window.height);
  patch.values.resize(bands * plane);
  patch.visible.resize(plane);
  patch.labels.resize(plane);
  const double half = static_cast<double>(size) / 2;
  const double x0 = x - static_cast<double>(window.x), y0 = y - static_cast<double>(window.y);
  const std::int64_t width = window.width, height = window.height;
  const auto seen = [&](std::int64_t column, std::int64_t row) {
    return column >= 0 && row >= 0 && column < width && row < height &&
           pixels.visible[static_cast<std::size_t>(row * width + column)] != 0;
  };
  for (std::int64_t j = 0; j < size; ++j)
    for (std::int64_t i = 0; i < size; ++i) {
      const auto out = static_cast<std::size_t>(j * size + i);
      const double u = static_cast<double>(i) + 0.5 - half, v = static_cast<double>(j) + 0.5 - half;
      const double px = x0 + map.a * u + map.b * v, py = y0 + map.c * u + map.d * v;
      const std::int64_t column = floor_of(px), row = floor_of(py);
      patch.labels[out] = seen(column, row) ? pixels.labels[static_cast<std::size_t>(row * width + column)]
                                            : std::uint16_t{0};
      // The two pixels around the position on each axis.
      const std::int64_t c = floor_of(px - 0.5), r = floor_of(py - 0.5);
      const auto fx = static_cast<float>(px - 0.5 - static_cast<double>(c));
      const auto fy = static_cast<float>(py - 0.5 - static_cast<double>(r));
      std::array<float, 4> w{(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy};
      std::array<std::size_t, 4> at{};
      float weight = 0;
      for (std::size_t k = 0; k < 4; ++k) {
        const std::int64_t cx = c + static_cast<std::int64_t>(k & 1),
                           cy = r + static_cast<std::int64_t>(k >> 1);
        if (!seen(cx, cy)) {
          w[k] = 0;
          continue;
        }
        at[k] = static_cast<std::size_t>(cy * width + cx);
        weight += w[k];
      }
      const bool valid = weight >= 0.5F;
      patch.visible[out] = valid ? 1 : 0;
      if (!valid) patch.labels[out] = 0;
      const float scale = valid ? 1 / weight : 0;
      for (std::size_t b = 0; b < bands; ++b) {
        const float* values = pixels.values.data() + b * held;
        patch.values[b * plane + out] =
            (w[0] * values[at[0]] + w[1] * values[at[1]] + w[2] * values[at[2]] + w[3] * values[at[3]]) *
            scale;
      }
    }
}

void change_values(const AugmentKeys& augment, const std::vector<double>& spread,
                   const std::vector<bool>& heights, std::int64_t size, Random& random, PartPixels& patch) {
  const auto plane = static_cast<std::size_t>(size * size);
  const double contrast = draw_factor(augment.contrast, random);
  const double brightness = augment.brightness * random.symmetric();
  std::vector<double> gains;
  for (std::size_t b = 0; b < spread.size(); ++b) gains.push_back(draw_factor(augment.color, random));
  const double noise = augment.noise * random.uniform();
  const double sigma = augment.blur * random.uniform();
  const bool lit = contrast != 1 || brightness != 0 || augment.color != 0;
  for (std::size_t b = 0; b < spread.size() && lit; ++b) {
    if (heights[b]) continue;
    float* values = patch.values.data() + b * plane;
    double sum = 0, count = 0;
    for (std::size_t i = 0; i < plane; ++i) {
      sum += patch.visible[i] != 0 ? values[i] : 0.0F;
      count += patch.visible[i];
    }
    const double mean = count > 0 ? sum / count : 0;
    const auto factor = static_cast<float>(contrast * gains[b]);
    const auto offset = static_cast<float>((mean * (1 - contrast) + brightness * spread[b]) * gains[b]);
    for (std::size_t i = 0; i < plane; ++i) values[i] = values[i] * factor + offset;
  }
  if (noise > 0) add_noise(plane, noise, spread, random, patch);
  blur(sigma, size, spread.size(), patch);
}

}  // namespace terramask::dataset
