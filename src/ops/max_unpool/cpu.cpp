#include <algorithm>

#include "cpu/builder.hpp"
#include "ops/max_unpool/max_unpool.hpp"

namespace terramask::ops {

void prepare(const MaxUnpool& op, cpu::Builder& builder) {
  builder.step("max_unpool", [&] {
    const auto x = builder.operand(0);
    const auto indices = builder.operand<const std::int32_t>(1);
    const auto y = builder.result();
    return [=] {
      const std::int64_t b = x.block, width = op.output.w, area = op.output.h * width;
      // If windows of neighbouring rows overlap, one thread processes the whole plane, in row-major order.
      const bool apart = op.kernel.h <= op.stride.h;
      const std::int64_t parts = apart ? x.shape.h() : 1, rows = apart ? 1 : x.shape.h();
      cpu::parallel(x.groups() * parts, [&](std::int64_t job) {
        const std::int64_t group = job / parts, part = job % parts;
        float* const plane = y.row(group, 0);
        // Every row of the result belongs to the part whose windows begin last at or before it.
        const auto begin_of = [&](std::int64_t i) {
          if (i == 0) return std::int64_t{0};
          if (i == parts) return op.output.h;
          return std::clamp<std::int64_t>(i * op.stride.h - op.padding.h, 0, op.output.h);
        };
        std::fill(plane + begin_of(part) * width * b, plane + begin_of(part + 1) * width * b, 0.0F);
        for (std::int64_t i = part * rows; i < part * rows + rows; ++i)
          for (std::int64_t j = 0; j < x.shape.w(); ++j) {
            const std::int64_t top = i * op.stride.h - op.padding.h, left = j * op.stride.w - op.padding.w;
            const std::int32_t* const places = indices.row(group, i) + j * b;
            const float* const pixel = x.row(group, i) + j * b;
            for (std::int64_t c = 0; c < b; ++c) {
              const std::int64_t index = places[c];
              if (index < 0 || index >= area) continue;
              const std::int64_t row = index / width, column = index % width;
              if (row < top || row >= top + op.kernel.h || column < left || column >= left + op.kernel.w)
                continue;
              plane[index * b + c] = pixel[c];
            }
          }
      });
    };
  });
}

}  // namespace terramask::ops
