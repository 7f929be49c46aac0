#include "scene/ortho.hpp"

#include <algorithm>
#include <numbers>

#include "scene/noise.hpp"
#include "scene/surface.hpp"

namespace terramask::scene {
namespace {

constexpr double kShadowReach = 34;  ///< metres: the longest shadow drawn

struct Sun {
  double azimuth, elevation;
  Point towards;  ///< on the ground, a unit vector
};

Sun make_sun(std::uint64_t seed) {
  const double azimuth = lerp(125, 235, unit(hash(seed, 171))) * std::numbers::pi / 180;
  const double elevation = lerp(41, 52, unit(hash(seed, 172))) * std::numbers::pi / 180;
  return {azimuth, elevation, {std::sin(azimuth), std::cos(azimuth)}};
}

/// Light that reaches each sample of a surface.
class Light {
 public:
  Light(const Surface& surface, std::uint64_t seed)
      : surface_(surface), grid_(surface.grid()), sun_(make_sun(seed)) {
    for (int row = 0; row < grid_.rows; ++row)
      for (int column = 0; column < grid_.columns; ++column)
        highest_ = std::max(highest_, height(column, row));
    const double spacing = std::max(grid_.step, 0.4);
    for (double t = spacing; t < kShadowReach; t += spacing)
      steps_.push_back({static_cast<int>(std::lround(sun_.towards.x * t / grid_.step)),
                        static_cast<int>(std::lround(-sun_.towards.y * t / grid_.step)),
                        static_cast<float>(t * std::tan(sun_.elevation))});
  }

  Colour on(int column, int row) const {
    const Sample& sample = surface_.at(column, row);
    const double step = grid_.step;
    const bool rough = sample.cover == Cover::tree;
    double dx = slope(height(column, row) - height(column - 1, row),
                      height(column + 1, row) - height(column, row), rough) /
                step;
    double dy = slope(height(column, row) - height(column, row + 1),
                      height(column, row - 1) - height(column, row), rough) /
                step;
    const double steepest = rough ? 1.6 : 1.3;
    dx = std::clamp(dx, -steepest, steepest);
    dy = std::clamp(dy, -steepest, steepest);
    const double up = 1 / std::sqrt(1 + dx * dx + dy * dy);
    const double facing = std::cos(sun_.elevation) * up * (-dx * sun_.towards.x - dy * sun_.towards.y) +
                          std::sin(sun_.elevation) * up;
    const double direct = std::max(0.0, facing) / std::sin(sun_.elevation) * sunlit(column, row);
    const double sky = (0.5 + 0.5 * up) * openness(column, row);
    return {static_cast<float>(0.83 * direct + 0.150 * sky), static_cast<float>(0.81 * direct + 0.175 * sky),
            static_cast<float>(0.77 * direct + 0.225 * sky)};
  }

 private:
  struct Step {
    int column, row;
    float rise;
  };

  float height(int column, int row) const {
    return surface_.at(std::clamp(column, 0, grid_.columns - 1), std::clamp(row, 0, grid_.rows - 1)).height;
  }

  /// Crowns are rough: the mean of both sides. Elsewhere the gentler side counts, so that a wall beside does
  /// not.
  static double slope(float before, float after, bool rough) {
    if (rough) return 0.5 * (before + after);
    if (before * after <= 0) return 0;
    return std::abs(before) < std::abs(after) ? before : after;
  }

  double sunlit(int column, int row) const {
    const float own = height(column, row) + 0.12F;
    for (const Step& step : steps_) {
      const float ray = own + step.rise;
      if (ray > highest_) break;
      const int c = column + step.column, r = row + step.row;
      if (c < 0 || r < 0 || c >= grid_.columns || r >= grid_.rows) break;
      const Sample& blocking = surface_.at(c, r);
      if (blocking.height > ray) return blocking.cover == Cover::tree ? 0.10 : 0.0;
    }
    return 1;
  }

  /// The part of the sky that is not hidden by what stands around, 0 to 1.
  double openness(int column, int row) const {
    static constexpr std::array<std::array<int, 2>, 8> ways{
        {{1, 0}, {1, 1}, {0, 1}, {-1, 1}, {-1, 0}, {-1, -1}, {0, -1}, {1, -1}}};
    const float own = height(column, row) + 0.1F;
    double hidden = 0;
    for (const double reach : {1.1, 3.2}) {
      const int cells = std::max(1, static_cast<int>(std::lround(reach / grid_.step)));
      for (const auto& way : ways) {
        const double above = height(column + way[0] * cells, row + way[1] * cells) - own;
        if (above > 0) hidden += above / (above + 1.2 * reach);
      }
    }
    return 1 - 0.62 * hidden / 16;
  }

  const Surface& surface_;
  const SampleGrid& grid_;
  Sun sun_;
  float highest_ = -1e9F;
  std::vector<Step> steps_;
};

/// Sky and sun mirrored in water.
Colour glint(Point at, std::uint64_t seed) {
  const double wave = noise(seed + 181, at.x / 1.3 + 0.4 * at.y, at.y / 0.9);
  const double sky = 0.011 + 0.006 * wave + 0.012 * fbm(seed + 182, at.x / 40, at.y / 40, 2);
  return {static_cast<float>(0.82 * sky), static_cast<float>(0.96 * sky), static_cast<float>(1.08 * sky)};
}

/// From reflected light to 8 bits: haze, exposure, the mosaic's colour balance, tone curve and noise.
std::array<std::uint8_t, 3> develop(const Colour& light, Point at, std::uint64_t seed, std::int64_t column,
                                    std::int64_t row) {
  const double balance = 0.03 * noise(seed + 191, at.x / 420, at.y / 420);
  const double exposure = 1.75 * (1 + 0.03 * noise(seed + 192, at.x / 600, at.y / 600));
  const double warm = 0.05 * (unit(hash(seed, 193)) - 0.5);
  const std::array<double, 3> linear{(light.r + 0.0085) * (1.02 + warm + balance), (light.g + 0.0105) * 0.99,
                                     (light.b + 0.0150) * (0.97 - warm - balance)};
  const std::uint64_t shot = hash(seed + 194, column, row);
  const double common = gauss(shot);
  std::array<std::uint8_t, 3> pixel{};
  for (std::size_t band = 0; band < 3; ++band) {
    const double x = std::max(0.0, linear[band] * exposure);
    const double tone = std::pow(x / (x + 0.38) * 1.38, 1 / 1.55);
    const double value = 255 * std::min(1.0, tone);
    const double grain = 1.3 * common + 0.8 * gauss(mix(shot + band + 1));
    pixel[band] = static_cast<std::uint8_t>(std::clamp(std::lround(value + grain), 0L, 255L));
  }
  return pixel;
}

/// Samples a pixel has along each side: about 0.25 m apart.
int samples_across(double pixel_size) {
  return pixel_size <= 0.7 ? 2 : pixel_size <= 1.2 ? 3 : 4;
}

}  // namespace

std::vector<std::uint8_t> photograph(const Town& town, const PixelBlock& block, double pixel_size) {
  const int across = samples_across(pixel_size);
  const double step = pixel_size / across;
  const std::uint64_t seed = town.layout.seed();
  constexpr int blur = 1;  // pixels around the block that the lens mixes in
  const int margin = static_cast<int>(std::ceil((kShadowReach + 1) / step)) + across * blur + 2;
  SampleGrid grid;
  grid.first_column = block.column * across - margin;
  grid.first_row = block.row * across - margin;
  grid.columns = block.columns * across + 2 * margin;
  grid.rows = block.rows * across + 2 * margin;
  grid.step = step;
  grid.top = town.extent.y1;
  const Surface surface = draw_surface(town, grid);
  const Light light(surface, seed);

  const int wide = block.columns + 2 * blur;
  const int high = block.rows + 2 * blur;
  std::vector<Colour> mean(static_cast<std::size_t>(wide) * static_cast<std::size_t>(high));
  const int start = margin - across * blur;
  for (int row = 0; row < high; ++row)
    for (int column = 0; column < wide; ++column) {
      Colour sum;
      for (int r = start + row * across; r < start + (row + 1) * across; ++r)
        for (int c = start + column * across; c < start + (column + 1) * across; ++c) {
          const Sample& sample = surface.at(c, r);
          const Colour lit = light.on(c, r);
          sum = sum + Colour{sample.colour.r * lit.r, sample.colour.g * lit.g, sample.colour.b * lit.b};
          if (sample.cover == Cover::water) sum = sum + glint({grid.x(c), grid.y(r)}, seed) * lit.g;
        }
      mean[static_cast<std::size_t>(row) * static_cast<std::size_t>(wide) +
           static_cast<std::size_t>(column)] = sum * (1.0 / (across * across));
    }

  std::vector<std::uint8_t> pixels;
  pixels.reserve(static_cast<std::size_t>(block.columns) * static_cast<std::size_t>(block.rows) * 3);
  constexpr std::array<double, 3> lens{0.15, 0.70, 0.15};
  for (int row = 0; row < block.rows; ++row)
    for (int column = 0; column < block.columns; ++column) {
      Colour sum;
      for (int dy = 0; dy < 3; ++dy)
        for (int dx = 0; dx < 3; ++dx)
          sum = sum + mean[static_cast<std::size_t>(row + dy) * static_cast<std::size_t>(wide) +
                           static_cast<std::size_t>(column + dx)] *
                          (lens[static_cast<std::size_t>(dx)] * lens[static_cast<std::size_t>(dy)]);
      const Point at{(static_cast<double>(block.column + column) + 0.5) * pixel_size,
                     town.extent.y1 - (static_cast<double>(block.row + row) + 0.5) * pixel_size};
      const auto pixel = develop(sum, at, seed, block.column + column, block.row + row);
      pixels.insert(pixels.end(), pixel.begin(), pixel.end());
    }
  return pixels;
}

}  // namespace terramask::scene
