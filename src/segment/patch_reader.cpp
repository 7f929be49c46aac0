#include "segment/patch_reader.hpp"

#include <algorithm>

namespace terramask::segment {
namespace {

// For each position of a patch's axis the raster pixel it shows, and the range of them that must be read.
struct AxisMap {
  std::vector<std::int64_t> source;
  std::int64_t begin = 0, end = 0;
};

AxisMap map_axis(std::int64_t begin, std::int64_t size, std::int64_t extent) {
  AxisMap map;
  map.source.resize(static_cast<std::size_t>(size));
  for (std::int64_t i = 0; i < size; ++i)
    map.source[static_cast<std::size_t>(i)] = reflect(begin + i, extent);
  const auto [low, high] = std::minmax_element(map.source.begin(), map.source.end());
  map.begin = *low;
  map.end = *high + 1;
  return map;
}

}  // namespace

void PatchReader::read(const Window& patch, std::span<float> values, std::vector<std::uint8_t>& valid) {
  const Grid& grid = reader_.working_grid();
  const AxisMap rows = map_axis(patch.y, patch.height, grid.height);
  const AxisMap columns = map_axis(patch.x, patch.width, grid.width);
  const Window window{columns.begin, rows.begin, columns.end - columns.begin, rows.end - rows.begin};
  const auto area = static_cast<std::size_t>(window.width * window.height);
  raw_.resize(area * bands_.size());
  raw_valid_.resize(area);
  reader_.read(window, raw_, raw_valid_);

  valid.resize(static_cast<std::size_t>(patch.width * patch.height));
  std::size_t to = 0;
  for (const std::int64_t row : rows.source) {
    const std::size_t from = static_cast<std::size_t>((row - window.y) * window.width);
    for (const std::int64_t column : columns.source)
      valid[to++] = raw_valid_[from + static_cast<std::size_t>(column - window.x)];
  }
  for (std::size_t band = 0; band < bands_.size(); ++band) {
    // As PyTorch's (x − mean) / std on float32 tensors: both rounded to float32 first.
    const auto mean = static_cast<float>(bands_[band].mean), deviation = static_cast<float>(bands_[band].std);
    std::size_t at = band * valid.size(), pixel = 0;
    for (const std::int64_t row : rows.source) {
      const float* from = raw_.data() + band * area + (row - window.y) * window.width;
      for (const std::int64_t column : columns.source) {
        values[at++] = valid[pixel] != 0 ? (from[column - window.x] - mean) / deviation : 0.0F;
        ++pixel;
      }
    }
  }
}

}  // namespace terramask::segment
