#include "geo/write/raster_table.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "geo/style/mask_classes.hpp"

namespace terramask::geo {

std::unique_ptr<GDALDefaultRasterAttributeTable> raster_table(std::span<const ClassInfo> classes,
                                                              const ClassTally& tally) {
  std::vector<std::size_t> order(classes.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return classes[a].value < classes[b].value; });
  // GDAL's integers have 32 bits; larger counts are still exact in a double.
  const bool small = std::all_of(order.begin(), order.end(), [&](std::size_t i) {
    return tally.pixels(i) <= static_cast<std::uint64_t>(std::numeric_limits<int>::max());
  });

  auto table = std::make_unique<GDALDefaultRasterAttributeTable>();
  table->SetTableType(GRTT_THEMATIC);
  table->CreateColumn("Value", GFT_Integer, GFU_MinMax);
  table->CreateColumn("Class", GFT_String, GFU_Name);
  table->CreateColumn("Red", GFT_Integer, GFU_Red);
  table->CreateColumn("Green", GFT_Integer, GFU_Green);
  table->CreateColumn("Blue", GFT_Integer, GFU_Blue);
  table->CreateColumn("PixelCount", small ? GFT_Integer : GFT_Real, GFU_PixelCount);
  if (tally.has_areas()) {
    table->CreateColumn("Area_m2", GFT_Real, GFU_Generic);
    table->CreateColumn("Area_ha", GFT_Real, GFU_Generic);
  }
  table->SetRowCount(static_cast<int>(classes.size()));
  int row = 0;
  for (const std::size_t i : order) {
    const auto color = parse_color(classes[i].color).value();
    table->SetValue(row, 0, classes[i].value);
    table->SetValue(row, 1, classes[i].name.c_str());
    for (int channel = 0; channel < 3; ++channel)
      table->SetValue(row, 2 + channel, static_cast<int>(color[static_cast<std::size_t>(channel)]));
    if (small)
      table->SetValue(row, 5, static_cast<int>(tally.pixels(i)));
    else
      table->SetValue(row, 5, static_cast<double>(tally.pixels(i)));
    if (tally.has_areas()) {
      table->SetValue(row, 6, tally.area(i));
      table->SetValue(row, 7, tally.area(i) / 1e4);
    }
    ++row;
  }
  return table;
}

}  // namespace terramask::geo
