#include "evaluate/pictures.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "geo/picture/png.hpp"
#include "geo/read/nearest_reader.hpp"
#include "geo/style/mask_classes.hpp"
#include "terramask/raster_info.hpp"

namespace terramask::evaluation {
namespace {

/// Diagonal stripes, as nothing on Earth has them.
Rgb stripe(std::int64_t x, std::int64_t y) {
  return (x + y) % 12 < 4 ? Rgb{214, 219, 225} : Rgb{244, 246, 248};
}

/// Red, green and blue where the bands say so, else the first three, or one for all.
std::vector<int> color_bands(const RasterInfo& info) {
  std::array<int, 3> rgb{};
  std::vector<int> data;
  for (std::size_t i = 0; i < info.bands.size(); ++i) {
    const std::string& kind = info.bands[i].interpretation;
    if (kind == "alpha") continue;
    data.push_back(static_cast<int>(i) + 1);
    for (std::size_t c = 0; c < 3; ++c)
      if (kind == std::array{"red", "green", "blue"}[c] && rgb[c] == 0) rgb[c] = data.back();
  }
  if (rgb[0] * rgb[1] * rgb[2] != 0) return {rgb.begin(), rgb.end()};
  data.resize(data.size() >= 3 ? 3 : 1);
  return data;
}

/// From the 1st to the 99th percentile, where the band is no picture already.
void stretch(std::span<float> values, std::span<const std::uint8_t> valid) {
  std::vector<float> sorted;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (valid[i] != 0) sorted.push_back(values[i]);
  if (sorted.empty()) return;
  std::sort(sorted.begin(), sorted.end());
  const float low = sorted[sorted.size() / 100];
  const float high = sorted[sorted.size() - 1 - sorted.size() / 100];
  for (float& value : values) value = (value - low) / (high > low ? high - low : 1) * 255;
}

}  // namespace

void Picture::set(int x, int y, const Rgb& color) {
  std::ranges::copy(color, rgb.begin() + 3 * (static_cast<std::ptrdiff_t>(y) * width + x));
}

std::string Picture::url() const {
  return geo::png_data_url(width, height, rgb);
}

Picture codes_picture(const CodeBlock& block, const std::vector<ClassInfo>& classes) {
  std::vector<Rgb> colors;
  colors.reserve(classes.size());
  for (const ClassInfo& one : classes) colors.push_back(geo::parse_color(one.color).value());
  const Window& window = block.window;
  std::vector<std::uint8_t> rgb;
  rgb.reserve(3 * block.codes.size());
  for (std::int64_t y = 0; y < window.height; ++y)
    for (std::int64_t x = 0; x < window.width; ++x) {
      const Code code = block.at(window.x + x, window.y + y);
      const Rgb color = code >= 0 ? colors[static_cast<std::size_t>(code)] : stripe(x, y);
      rgb.insert(rgb.end(), color.begin(), color.end());
    }
  return {static_cast<int>(window.width), static_cast<int>(window.height), std::move(rgb)};
}

Picture image_picture(const std::string& path, const Window& window, const Grid& grid,
                      const std::string& grid_name) {
  const RasterInfo info = describe_raster(path);
  const std::vector<int> bands = color_bands(info);
  geo::NearestReader reader(path, bands, grid, grid_name);
  const std::size_t count = geo::pixels(window);
  std::vector<float> values(bands.size() * count);
  std::vector<std::uint8_t> valid(count);
  reader.read(window, values, valid);
  for (std::size_t band = 0; band < bands.size(); ++band)
    if (info.bands[static_cast<std::size_t>(bands[band]) - 1].type != "Byte")
      stretch(std::span(values).subspan(band * count, count), valid);
  std::vector<std::uint8_t> rgb;
  rgb.reserve(3 * count);
  for (std::size_t i = 0; i < count; ++i) {
    Rgb color =
        stripe(static_cast<std::int64_t>(i) % window.width, static_cast<std::int64_t>(i) / window.width);
    for (std::size_t c = 0; c < 3 && valid[i] != 0; ++c)
      color[c] = static_cast<std::uint8_t>(
          std::clamp(std::lround(values[std::min(c, bands.size() - 1) * count + i]), 0L, 255L));
    rgb.insert(rgb.end(), color.begin(), color.end());
  }
  return {static_cast<int>(window.width), static_cast<int>(window.height), std::move(rgb)};
}

}  // namespace terramask::evaluation
