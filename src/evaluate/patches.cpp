#include "evaluate/patches.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "geo/legend.hpp"
#include "geo/png.hpp"
#include "terramask/raster_info.hpp"

namespace terramask::evaluation {
namespace {

using Rgb = std::array<std::uint8_t, 3>;

/// Diagonal stripes, as nothing on Earth has them.
Rgb stripe(std::int64_t x, std::int64_t y) {
  return (x + y) % 12 < 4 ? Rgb{214, 219, 225} : Rgb{244, 246, 248};
}

std::string draw_codes(const CodeBlock& block, const std::vector<ClassInfo>& classes) {
  std::vector<Rgb> colors;
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
  return geo::png_data_url(static_cast<int>(window.width), static_cast<int>(window.height), rgb);
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

std::string draw_image(const std::string& path, const Window& window, const Grid& grid,
                       const std::string& mask_name) {
  const RasterInfo info = describe_raster(path);
  const std::vector<int> bands = color_bands(info);
  geo::NearestReader reader(path, bands, grid, mask_name);
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
  return geo::png_data_url(static_cast<int>(window.width), static_cast<int>(window.height), rgb);
}

double accuracy(const PatchPicture& patch) {
  return static_cast<double>(patch.right) / static_cast<double>(patch.judged);
}

}  // namespace

PatchCounts::PatchCounts(const Grid& grid)
    : grid_(grid), columns_((grid.width + evaluation_patch - 1) / evaluation_patch) {
  counts_.resize(
      static_cast<std::size_t>(columns_ * ((grid.height + evaluation_patch - 1) / evaluation_patch)));
}

void PatchCounts::add(const CodeBlock& mask, const CodeBlock& reference, const Window& core) {
  for (std::int64_t y = core.y; y < core.y + core.height; ++y)
    for (std::int64_t x = core.x; x < core.x + core.width; ++x) {
      const Code truth = reference.at(x, y);
      if (truth < 0) continue;
      Count& count =
          counts_[static_cast<std::size_t>(y / evaluation_patch * columns_ + x / evaluation_patch)];
      ++count.judged;
      if (mask.at(x, y) == truth) ++count.right;
    }
}

void PatchCounts::append_to(std::vector<PatchPicture>& patches, std::size_t pair) const {
  constexpr std::uint32_t quarter = evaluation_patch * evaluation_patch / 4;
  const bool large = std::any_of(counts_.begin(), counts_.end(),
                                 [](const Count& c) { return c.judged >= quarter && c.right < c.judged; });
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const Count& count = counts_[i];
    if (count.judged == 0 || count.right == count.judged || (large && count.judged < quarter)) continue;
    const auto at = static_cast<std::int64_t>(i);
    PatchPicture patch{.pair = pair, .judged = count.judged, .right = count.right};
    patch.window = intersect({at % columns_ * evaluation_patch, at / columns_ * evaluation_patch,
                              evaluation_patch, evaluation_patch},
                             grid_.extent());
    patches.push_back(std::move(patch));
  }
}

void keep_worst(std::vector<PatchPicture>& patches, std::size_t most) {
  std::sort(patches.begin(), patches.end(), [](const PatchPicture& a, const PatchPicture& b) {
    return std::make_tuple(accuracy(a), b.judged, a.pair, a.window.y, a.window.x) <
           std::make_tuple(accuracy(b), a.judged, b.pair, b.window.y, b.window.x);
  });
  if (patches.size() > most) patches.resize(most);
}

void draw_patch(PatchPicture& patch, const std::vector<ClassInfo>& classes, MaskSource& mask,
                ReferenceSource& reference, const std::string& image, const std::string& mask_name) {
  CodeBlock block;
  mask.read(patch.window, block);
  patch.prediction = draw_codes(block, classes);
  reference.read(patch.window, block);
  patch.reference = draw_codes(block, classes);
  if (!image.empty()) patch.image = draw_image(image, patch.window, mask.grid(), mask_name);
}

}  // namespace terramask::evaluation
