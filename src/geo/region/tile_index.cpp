#include "geo/region/tile_index.hpp"

#include <array>

#include "geo/style/qgis_style.hpp"
#include "geo/vector/window_layer.hpp"

namespace terramask::geo {
namespace {

constexpr const char* kLayer = "tiles";

std::string status_style() {
  const std::array<StyleCategory, 4> statuses{{{"done", "done", "#66c2a5"},
                                               {"failed", "failed", "#d73027"},
                                               {"running", "running", "#fee08b"},
                                               {"pending", "pending", "#d9d9d9"}}};
  return category_style(SymbolKind::fill, quoted_field("status"), statuses);
}

FieldValue or_null(const std::optional<double>& value) {
  return value ? FieldValue(*value) : FieldValue();
}
FieldValue or_null(const std::string& text) {
  return text.empty() ? FieldValue() : FieldValue(text);
}

}  // namespace

void write_tile_index(const std::string& path, const Grid& grid, std::span<const IndexedTile> tiles) {
  WindowLayer layer{.name = kLayer, .style = status_style()};
  for (const char* name : {"name", "location", "status", "cause"})
    layer.fields.push_back({.name = name, .type = FieldType::text});
  for (const char* name : {"row", "column", "runs"})
    layer.fields.push_back({.name = name, .type = FieldType::integer64});
  for (const char* name : {"valid_share", "confidence", "seconds"})
    layer.fields.push_back({.name = name, .type = FieldType::real});
  for (const IndexedTile& tile : tiles)
    layer.rows.push_back(
        {tile.window,
         {tile.name, or_null(tile.location), tile.status, or_null(tile.cause), tile.row, tile.column,
          tile.runs, or_null(tile.valid_share), or_null(tile.confidence), or_null(tile.seconds)}});
  write_window_layer(path, layer, grid, true, nullptr);
}

}  // namespace terramask::geo
