#include "vectorize/mask_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "geo/base/crs.hpp"
#include "geo/files/open.hpp"
#include "geo/style/mask_classes.hpp"

namespace terramask::vectors {
namespace {

constexpr std::size_t kStripBytes = std::size_t{24} << 20;
constexpr float kLargestValue = 1 << 24;  // floats hold all whole numbers up to here

}  // namespace

ClassInfo Mask::info(std::int32_t value) const {
  for (const ClassInfo& one : classes)
    if (one.value == value) return one;
  return {value, "", ""};
}

Mask open_mask(const std::string& path, const std::string& crs, const std::string& src_nodata) {
  const geo::DatasetPtr dataset = geo::open_raster(path);
  Mask mask;
  mask.facts = geo::describe(*dataset, path);
  mask.band = geo::class_band(mask.facts);
  mask.nodata = geo::parse_nodata(src_nodata);
  mask.grid = mask.facts.grid;
  if (!crs.empty()) mask.grid.crs = geo::crs_from_user(crs, "`crs`");
  mask.classes = geo::read_classes(*dataset);
  mask.pixel = ground_pixel_size(mask.grid);
  return mask;
}

std::int64_t strip_rows(const Grid& grid, std::size_t bytes_a_pixel) {
  const auto row = static_cast<std::int64_t>(bytes_a_pixel) * std::max<std::int64_t>(1, grid.width);
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(kStripBytes) / row, 1, 512);
}

MaskRows::MaskRows(const Mask& mask, std::int64_t rows_at_once)
    : path_(mask.facts.path),
      grid_(mask.grid),
      reader_(mask.facts, {{mask.band, 0}}, mask.nodata),
      strip_rows_(rows_at_once > 0 ? rows_at_once : strip_rows(mask.grid, sizeof(float) + 1)) {}

void MaskRows::read_strip() {
  strip_ = intersect({0, row_, grid_.width, strip_rows_}, grid_.extent());
  values_.resize(geo::pixels(strip_));
  valid_.assign(values_.size(), 1);
  reader_.read(strip_, {values_.data(), values_.size()}, valid_);
}

std::int32_t MaskRows::class_value(float value, std::int64_t column) const {
  const bool whole =
      value >= 0 && value <= kLargestValue && value == static_cast<float>(static_cast<int>(value));
  if (!whole)
    throw Error(
        ErrorCode::mismatch,
        fmt::format("{}: holds {:g} at column {}, row {}, which is not a class value", path_, value, column,
                    row_),
        "a mask holds whole numbers from 0 to 16777216; name one, as `terramask segment` writes, or say "
        "with `src_nodata` which value means nothing");
  return static_cast<std::int32_t>(value);
}

bool MaskRows::next(std::vector<Run>& runs) {
  runs.clear();
  if (row_ >= grid_.height) return false;
  if (row_ >= strip_.y + strip_.height) read_strip();
  const auto width = static_cast<std::size_t>(grid_.width);
  const std::size_t first = static_cast<std::size_t>(row_ - strip_.y) * width;
  const float* values = values_.data() + first;
  const std::uint8_t* valid = valid_.data() + first;
  for (std::size_t begin = 0; begin < width;) {
    std::size_t end = begin + 1;
    std::int32_t value = kNoData;
    if (valid[begin] == 0) {
      while (end < width && valid[end] == 0) ++end;
    } else {
      const float one = values[begin];
      while (end < width && valid[end] != 0 && values[end] == one) ++end;
      value = class_value(one, static_cast<std::int64_t>(begin));
    }
    runs.push_back({static_cast<std::int32_t>(end), value});
    begin = end;
  }
  ++row_;
  return true;
}

}  // namespace terramask::vectors
