#include <algorithm>
#include <cstring>

#include "cpu/builder.hpp"
#include "ops/max_pool/max_pool.hpp"

namespace terramask::ops {
namespace {

// Vectors of a size that every processor supports: longer ones would be split into single elements.
template <class T, int count>
using Vector [[gnu::vector_size(sizeof(T) * count)]] = T;

// Computes one row of the result, with b channels.
template <int b, bool indexed>
void pool_row(const MaxPool& op, const cpu::Image<const float>& x, const cpu::Image<float>& y,
              std::int32_t* places, std::int64_t group, std::int64_t i) {
  constexpr int lanes = b < 4 ? b : 4;
  using Floats = Vector<float, lanes>;
  using Integers = Vector<std::int32_t, lanes>;
  const std::int64_t top = i * op.stride.h - op.padding.h;
  const std::int64_t first_row = std::max<std::int64_t>(top, 0);
  const std::int64_t last_row = std::min(top + op.kernel.h, x.shape.h());
  float* const to = y.row(group, i);
  for (std::int64_t j = 0; j < y.shape.w(); ++j) {
    const std::int64_t left = j * op.stride.w - op.padding.w;
    const std::int64_t first = std::max<std::int64_t>(left, 0);
    const std::int64_t last = std::min(left + op.kernel.w, x.shape.w());
    for (int lane = 0; lane < b; lane += lanes) {
      Floats best, pixel;
      std::memcpy(&best, x.row(group, first_row) + first * b + lane, sizeof(best));
      Integers at = Integers{} + static_cast<std::int32_t>(first_row * x.shape.w() + first);
      for (std::int64_t row = first_row; row < last_row; ++row)
        for (std::int64_t column = first; column < last; ++column) {
          std::memcpy(&pixel, x.row(group, row) + column * b + lane, sizeof(pixel));
          // A NaN counts as the largest.
          const Integers more = (pixel > best) | ((pixel != pixel) & (best == best));
          best = more ? pixel : best;
          if constexpr (indexed)
            at = more ? Integers{} + static_cast<std::int32_t>(row * x.shape.w() + column) : at;
        }
      std::memcpy(to + j * b + lane, &best, sizeof(best));
      if constexpr (indexed) std::memcpy(places + j * b + lane, &at, sizeof(at));
    }
  }
}

}  // namespace

void prepare(const MaxPool& op, cpu::Builder& builder) {
  builder.step("max_pool", [&] {
    const auto x = builder.operand(0);
    const auto y = builder.result();
    const auto places = op.indices ? builder.result<std::int32_t>(1) : cpu::Image<std::int32_t>{};
    return [=] {
      cpu::with_block(x.block, [&](auto lanes) {
        cpu::parallel(y.groups() * y.shape.h(), [&](std::int64_t job) {
          const std::int64_t group = job / y.shape.h(), i = job % y.shape.h();
          if (op.indices)
            pool_row<lanes, true>(op, x, y, places.row(group, i), group, i);
          else
            pool_row<lanes, false>(op, x, y, nullptr, group, i);
        });
      });
    };
  });
}

}  // namespace terramask::ops
