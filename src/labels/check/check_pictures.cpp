#include "labels/check/check_pictures.hpp"

#include <cmath>

#include "evaluate/pictures.hpp"
#include "labels/rendered/legend_color.hpp"

namespace terramask::labels {
namespace {

using evaluation::CodeBlock;

constexpr Rgb kAsItIs{230, 0, 126}, kMoved{0, 229, 255};

CodeBlock as_codes(const Window& window, const std::vector<std::uint16_t>& found) {
  CodeBlock block{window, {}};
  for (const std::uint16_t code : found)
    block.codes.push_back(code == 0 ? evaluation::kNotJudged : static_cast<evaluation::Code>(code) - 1);
  return block;
}

/// Pixels whose label differs from that of the pixel to the right or below.
void outline(const CodeBlock& labels, std::array<std::int64_t, 2> offset, const Rgb& color,
             const Window& window, evaluation::Picture& picture) {
  const Window& held = labels.window;
  const auto inside = [&](std::int64_t x, std::int64_t y) {
    return x >= held.x && y >= held.y && x + 1 < held.x + held.width && y + 1 < held.y + held.height;
  };
  for (std::int64_t y = 0; y < window.height; ++y)
    for (std::int64_t x = 0; x < window.width; ++x) {
      const std::int64_t lx = window.x + x - offset[0], ly = window.y + y - offset[1];
      if (!inside(lx, ly)) continue;
      const auto code = labels.at(lx, ly);
      if (code != labels.at(lx + 1, ly) || code != labels.at(lx, ly + 1))
        picture.set(static_cast<int>(x), static_cast<int>(y), color);
    }
}

}  // namespace

BlockPictures draw_block(BlockReader& reader, const CheckReport& report, const BlockCheck& block) {
  BlockPictures made;
  const Window& window = block.window;
  constexpr std::int64_t margin = 72;
  const Window held =
      intersect({window.x - margin, window.y - margin, window.width + 2 * margin, window.height + 2 * margin},
                reader.grid().extent());
  std::vector<std::uint16_t> labels, model;
  reader.read_codes(held, labels, model);
  const CodeBlock around = as_codes(held, labels);
  evaluation::Picture image = reader.picture(window);
  outline(around, {0, 0}, kAsItIs, window, image);
  const double dx = block.offset.confident_x() ? block.offset.dx : 0;
  const double dy = block.offset.confident_y() ? block.offset.dy : 0;
  if (const std::array move{std::llround(dx), std::llround(dy)}; move[0] != 0 || move[1] != 0)
    outline(around, {move[0], move[1]}, kMoved, window, image);
  made.image = image.url();
  reader.read_codes(window, labels, model);
  made.labels = evaluation::codes_picture(as_codes(window, labels), report.classes).url();
  if (!model.empty()) made.model = evaluation::codes_picture(as_codes(window, model), report.classes).url();
  return made;
}

}  // namespace terramask::labels
