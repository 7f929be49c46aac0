#include "scene/blocks.hpp"

#include <cmath>

#include "scene/surface.hpp"

namespace terramask::scene {

RenderedBlock render_block(const Town& town, const PixelBlock& block, double pixel_size) {
  RenderedBlock rendered;
  rendered.ortho = photograph(town, block, pixel_size);
  // Heights and labels are those of the pixel's centre.
  const Surface surface =
      draw_surface(town, {block.column, block.row, block.columns, block.rows, pixel_size, town.extent.y1});
  const auto rounded = [](float height) { return std::round(height * 64) / 64; };
  for (int row = 0; row < block.rows; ++row)
    for (int column = 0; column < block.columns; ++column) {
      const Sample& sample = surface.at(column, row);
      rendered.dsm.push_back(rounded(sample.height));
      rendered.dtm.push_back(rounded(sample.ground));
      rendered.labels.push_back(static_cast<std::uint8_t>(sample.cover));
    }
  return rendered;
}

}  // namespace terramask::scene
