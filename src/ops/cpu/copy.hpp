// Copies channels between values of any layout.
#pragma once

#include <algorithm>

#include "cpu/loops.hpp"

namespace terramask::ops {

/// Copies channels [from, from + count) of x to channels [to, to + count) of y.
inline void copy_channels(const cpu::Image<const float>& x, std::int64_t from, const cpu::Image<float>& y,
                          std::int64_t to, std::int64_t count) {
  const std::int64_t rows = x.shape.h(), columns = x.shape.w(), block = x.block;
  if (x.block == y.block && from % block == 0 && to % block == 0 && count % block == 0) {
    cpu::parallel(x.shape.n() * (count / block) * rows, [&](std::int64_t job) {
      const std::int64_t row = job % rows, c = job / rows % (count / block) * block,
                         n = job / rows / (count / block);
      std::copy_n(x.channel_row(n, from + c, row), columns * block, y.channel_row(n, to + c, row));
    });
    return;
  }
  cpu::parallel(x.shape.n() * count * rows, [&](std::int64_t job) {
    const std::int64_t row = job % rows, c = job / rows % count, n = job / rows / count;
    const float* const source = x.channel_row(n, from + c, row);
    float* const target = y.channel_row(n, to + c, row);
    for (std::int64_t j = 0; j < columns; ++j) target[j * y.block] = source[j * x.block];
  });
}

/// Copies rows to an image of another width; additional columns are zero.
inline void move_rows(const cpu::Image<const float>& from, const cpu::Image<float>& to) {
  const std::int64_t same = std::min(from.shape.w(), to.shape.w()) * from.block,
                     more = to.shape.w() * to.block - same;
  cpu::parallel(from.groups() * from.shape.h(), [&](std::int64_t job) {
    float* const row = to.row(job / from.shape.h(), job % from.shape.h());
    std::copy_n(from.row(job / from.shape.h(), job % from.shape.h()), same, row);
    std::fill_n(row + same, more, 0.0F);
  });
}

}  // namespace terramask::ops
