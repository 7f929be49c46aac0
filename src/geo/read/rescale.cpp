#include "geo/read/rescale.hpp"

#include <algorithm>
#include <cmath>

namespace terramask::geo {
namespace {

/// Source values held at a time; larger windows are processed in parts.
constexpr double kMostCachedValues = 7e5;  // fits in the processor's caches

}  // namespace

RescaledReader::RescaledReader(GridReader& source, const Window& source_extent, std::array<double, 2> scale,
                               std::size_t bands)
    : source_(source), source_extent_(source_extent), scale_(scale), bands_(bands) {}

RescaledReader::RescaledReader(GridReader& source, const Window& source_extent, std::array<double, 2> offset,
                               std::array<double, 2> scale, std::size_t bands)
    : source_(source), source_extent_(source_extent), offset_(offset), scale_(scale), bands_(bands) {}

void RescaledReader::read(const Window& window, Planes planes, std::span<std::uint8_t> valid) {
  const double per_row = (static_cast<double>(window.width) * scale_[0] + 2) * static_cast<double>(bands_);
  const double rows = std::max(1.0, (kMostCachedValues / per_row - 2) / scale_[1]);
  const double per_column = (scale_[1] + 2) * scale_[0] * static_cast<double>(bands_);
  const double columns = std::max(1.0, kMostCachedValues / per_column - 2);
  const auto height = static_cast<std::int64_t>(std::min(rows, static_cast<double>(window.height)));
  const auto width = static_cast<std::int64_t>(std::min(columns, static_cast<double>(window.width)));
  for (std::int64_t y = 0; y < window.height; y += height) {
    for (std::int64_t x = 0; x < window.width; x += width) {
      const Window part{window.x + x, window.y + y, std::min(width, window.width - x),
                        std::min(height, window.height - y)};
      read_part(part, window, planes, valid);
    }
  }
}

AxisFilter RescaledReader::filter(std::size_t axis, std::int64_t begin, std::int64_t size) const {
  const std::int64_t extent = axis == 0 ? source_extent_.width : source_extent_.height;
  return offset_ ? AxisFilter::placed(begin, begin + size, (*offset_)[axis], scale_[axis], extent)
                 : AxisFilter::scaled(begin, begin + size, scale_[axis], extent);
}

void RescaledReader::advise(const Window& window) {
  if (window.empty()) return;
  const auto columns = filter(0, window.x, window.width);
  const auto rows = filter(1, window.y, window.height);
  source_.advise({columns.source_begin(), rows.source_begin(), columns.source_end() - columns.source_begin(),
                  rows.source_end() - rows.source_begin()});
}

void RescaledReader::read_part(const Window& part, const Window& window, Planes planes,
                               std::span<std::uint8_t> valid) {
  columns_ = filter(0, part.x, part.width);
  rows_ = filter(1, part.y, part.height);
  const Window source{columns_.source_begin(), rows_.source_begin(),
                      columns_.source_end() - columns_.source_begin(),
                      rows_.source_end() - rows_.source_begin()};
  const std::size_t count = pixels(source);
  source_values_.resize(count * bands_);
  source_valid_.assign(count, 1);
  source_.read(source, {source_values_.data(), count}, source_valid_);
  const bool all_valid = source_.always_valid() ||
                         std::find(source_valid_.begin(), source_valid_.end(), 0) == source_valid_.end();
  if (!all_valid) {
    for (std::size_t b = 0; b < bands_; ++b) {
      float* values = source_values_.data() + b * count;
      for (std::size_t i = 0; i < count; ++i) values[i] = source_valid_[i] != 0 ? values[i] : 0.0F;
    }
  }
  for (std::int64_t row = 0; row < part.height; ++row) {
    const auto at = static_cast<std::size_t>((part.y - window.y + row) * window.width + part.x - window.x);
    resample_row(static_cast<std::size_t>(row), source, all_valid, planes.base + at, planes.stride,
                 valid.data() + at);
  }
}

void RescaledReader::resample_row(std::size_t row, const Window& source, bool all_valid, float* values,
                                  std::size_t stride, std::uint8_t* valid) {
  const auto width = static_cast<std::size_t>(source.width);
  const Taps& down = rows_[row];
  const float* row_weights = rows_.weights(row);
  const auto top = static_cast<std::size_t>(down.first - source.y);
  const float row_total = rows_.total(row);

  weights_.assign(width, row_total);
  if (!all_valid) {
    std::fill(weights_.begin(), weights_.end(), 0.0F);
    for (std::size_t k = 0; k < down.count; ++k) {
      const std::uint8_t* line = source_valid_.data() + (top + k) * width;
      const float w = row_weights[k];
      for (std::size_t x = 0; x < width; ++x) weights_[x] += line[x] != 0 ? w : 0.0F;
    }
  }
  inverse_.resize(columns_.size());
  for (std::size_t o = 0; o < columns_.size(); ++o) {
    const Taps& along = columns_[o];
    const float* w = columns_.weights(o);
    const float* weight = weights_.data() + (along.first - source.x);
    float sum = 0;
    float total = 0;
    for (std::size_t k = 0; k < along.count; ++k) {
      sum += w[k] * weight[k];
      total += w[k] * row_total;
    }
    inverse_[o] = sum > 0 ? 1 / sum : 0;
    if (!(sum >= kValidShare * total)) valid[o] = 0;
  }

  sums_.resize(width);
  for (std::size_t b = 0; b < bands_; ++b) {
    const float* plane = source_values_.data() + b * width * static_cast<std::size_t>(source.height);
    std::fill(sums_.begin(), sums_.end(), 0.0F);
    for (std::size_t k = 0; k < down.count; ++k) {
      const float* line = plane + (top + k) * width;
      const float w = row_weights[k];
      for (std::size_t x = 0; x < width; ++x) sums_[x] += w * line[x];
    }
    float* out = values + b * stride;
    for (std::size_t o = 0; o < columns_.size(); ++o) {
      const Taps& along = columns_[o];
      const float* w = columns_.weights(o);
      const float* sum = sums_.data() + (along.first - source.x);
      float n = 0;
      for (std::size_t k = 0; k < along.count; ++k) n += w[k] * sum[k];
      out[o] = n * inverse_[o];
    }
  }
}

}  // namespace terramask::geo
