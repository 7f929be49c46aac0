#include "geo/style/decoration.hpp"

#include <cmath>

namespace terramask::geo {
namespace {

/// The part of a text that survives GDAL's XML: all but whitespace and control characters.
std::string kept(const char* text) {
  std::string made(text);
  std::erase_if(made, [](char c) { return static_cast<unsigned char>(c) <= 0x20; });
  return made;
}

std::vector<std::string> categories_of(GDALRasterBand& band) {
  std::vector<std::string> names;
  for (char** name = band.GetCategoryNames(); name != nullptr && *name != nullptr; ++name)
    names.push_back(kept(*name));
  return names;
}

/// Numbers are stored as text with 16 digits.
bool same_cell(const GDALRasterAttributeTable& a, const GDALRasterAttributeTable& b, int row, int column) {
  if (a.GetTypeOfCol(column) != GFT_Real)
    return kept(a.GetValueAsString(row, column)) == kept(b.GetValueAsString(row, column));
  const double x = a.GetValueAsDouble(row, column), y = b.GetValueAsDouble(row, column);
  return x == y || std::abs(x - y) <= 1e-12 * std::abs(x) || (std::isnan(x) && std::isnan(y));
}

bool same_table(const GDALRasterAttributeTable& a, const GDALRasterAttributeTable& b) {
  if (a.GetRowCount() != b.GetRowCount() || a.GetColumnCount() != b.GetColumnCount()) return false;
  for (int column = 0; column < a.GetColumnCount(); ++column) {
    if (std::string(a.GetNameOfCol(column)) != b.GetNameOfCol(column)) return false;
    for (int row = 0; row < a.GetRowCount(); ++row)
      if (!same_cell(a, b, row, column)) return false;
  }
  return true;
}

}  // namespace

Decoration::Decoration(GDALDataset& raster) {
  for (int number = 1; number <= raster.GetRasterCount(); ++number) {
    GDALRasterBand& band = *raster.GetRasterBand(number);
    const GDALRasterAttributeTable* table = band.GetDefaultRAT();
    bands_.push_back({categories_of(band), std::unique_ptr<GDALRasterAttributeTable>(
                                               table == nullptr ? nullptr : table->Clone())});
  }
}

bool Decoration::stands_in(GDALDataset& raster) const {
  for (std::size_t i = 0; i < bands_.size(); ++i) {
    GDALRasterBand& band = *raster.GetRasterBand(static_cast<int>(i) + 1);
    const GDALRasterAttributeTable* table = band.GetDefaultRAT();
    if (categories_of(band) != bands_[i].categories) return false;
    if (bands_[i].table != nullptr && (table == nullptr || !same_table(*bands_[i].table, *table)))
      return false;
  }
  return true;
}

}  // namespace terramask::geo
