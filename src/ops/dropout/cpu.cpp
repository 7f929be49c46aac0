#include <algorithm>

#include "cpu/builder.hpp"
#include "ops/dropout/dropout.hpp"
#include "ops/dropout/philox.hpp"

namespace terramask::ops {
namespace {

void drop(const Dropout& op, const cpu::Image<const float>& x, const std::int32_t* key,
          const cpu::Image<float>& y) {
  const auto word = [&](int i) { return static_cast<std::uint32_t>(key[i]); };
  const std::uint32_t threshold = dropout_threshold(op.rate);
  const float scale = dropout_scale(op.rate);
  const Shape& shape = x.shape;
  const std::int64_t area = shape.h() * shape.w();
  cpu::with_block(x.block, [&](auto lanes) {
    constexpr std::int64_t b = lanes;
    cpu::parallel(x.groups() * shape.h(), [&](std::int64_t job) {
      const std::int64_t group = job / shape.h(), row = job % shape.h();
      const std::int64_t n = group * b / shape.c(), channel = group * b % shape.c();
      const std::uint32_t sample = word(3) + static_cast<std::uint32_t>(n);
      const float* const from = x.row(group, row);
      float* const to = y.row(group, row);
      for (std::int64_t j = 0; j < shape.w(); ++j)
        for (std::int64_t c = 0; c < b; ++c) {
          const auto index = static_cast<std::uint32_t>((channel + c) * area + row * shape.w() + j);
          const auto random =
              philox({index, sample, word(2), static_cast<std::uint32_t>(op.layer)}, {word(0), word(1)});
          to[j * b + c] = random[0] < threshold ? 0.0F : from[j * b + c] * scale;
        }
    });
  });
}

}  // namespace

void prepare(const Dropout& op, cpu::Builder& builder) {
  builder.step("dropout", [&]() -> std::function<void()> {
    const auto x = builder.operand(0);
    const auto y = builder.result();
    if (builder.operands() < 2) return [=] { std::copy_n(x.data, x.shape.elements(), y.data); };
    const auto key = builder.operand<const std::int32_t>(1);
    return [=] { drop(op, x, key.data, y); };
  });
}

}  // namespace terramask::ops
