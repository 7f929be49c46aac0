#include "evaluate/error_raster.hpp"

#include <fmt/format.h>

#include "geo/read/grid_reader.hpp"
#include "geo/style/mask_classes.hpp"
#include "geo/style/qgis_style.hpp"

namespace terramask::evaluation {
namespace {

/// Okabe and Ito's colours (2008), which the colour-blind tell apart.
std::vector<ClassInfo> legend_for(const std::string& name) {
  return {{0, "true negative", "#e3e6ea"},
          {1, "true positive: " + name, "#009e73"},
          {2, "false positive: " + name, "#d55e00"},
          {3, "false negative: " + name, "#0072b2"},
          {4, "no data in the mask", "#cc79a7"}};
}

/// The colour of what is wrong: red, with a little of the class in it.
std::string reddened(const std::string& color) {
  const auto rgb = geo::parse_color(color).value();
  const auto mix = [](int a, int b) { return (a + 3 * b) / 4; };
  return fmt::format("#{:02x}{:02x}{:02x}", mix(rgb[0], 230), mix(rgb[1], 20), mix(rgb[2], 40));
}

/// What needs no look: where the class is not and was not said to be, else background that is right.
std::set<int> unremarkable(const std::vector<ClassInfo>& classes, bool one_class) {
  if (one_class) return {0};
  const std::set<int> background = background_values(classes);
  std::set<int> values;
  for (std::size_t i = 0; i < classes.size(); ++i)
    if (background.contains(classes[i].value)) values.insert(2 * static_cast<int>(i));
  return values;
}

/// Okabe and Ito's colours (2008), which the colour-blind tell apart.
std::vector<ClassInfo> legend_for(const std::vector<ClassInfo>& classes) {
  std::vector<ClassInfo> legend;
  for (const ClassInfo& one : classes) {
    const int value = static_cast<int>(legend.size());
    legend.push_back({value, one.name + ": right", one.color});
    legend.push_back({value + 1, one.name + ": wrong", reddened(one.color)});
  }
  return legend;
}

}  // namespace

ErrorRaster::ErrorRaster(const std::string& path, const Grid& grid, const std::vector<ClassInfo>& classes,
                         std::optional<std::size_t> positive, bool overwrite) {
  if (positive) positive_ = static_cast<Code>(*positive);
  writer_ =
      MaskWriter::create({.path = path,
                          .grid = grid,
                          .classes = positive ? legend_for(classes[*positive].name) : legend_for(classes),
                          .metadata = {{"TERRAMASK_VERSION", TERRAMASK_VERSION}},
                          .creation_options = {},
                          .overwrite = overwrite,
                          .see_through = unremarkable(classes, positive.has_value())});
}

std::uint16_t ErrorRaster::value(Code truth, Code said) const {
  if (truth < 0 || said == unknown) return static_cast<std::uint16_t>(writer_->nodata());
  if (!positive_) return static_cast<std::uint16_t>(2 * truth + (said == truth ? 0 : 1));
  if (said == no_data) return 4;
  const bool is = truth == *positive_;
  return is ? (said == truth ? 1 : 3) : (said == *positive_ ? 2 : 0);
}

void ErrorRaster::add(const CodeBlock& mask, const CodeBlock& reference, const Window& core) {
  values_.clear();
  for (std::int64_t y = core.y; y < core.y + core.height; ++y)
    for (std::int64_t x = core.x; x < core.x + core.width; ++x)
      values_.push_back(value(reference.at(x, y), mask.at(x, y)));
  writer_->write(core, values_);
}

}  // namespace terramask::evaluation
