#include "ops/cpu/overlapping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cpu/vectorised.hpp"
#include "ops/cpu/activation.hpp"
#include "ops/cpu/pointwise.hpp"

namespace terramask::ops {
namespace {

/// Taps [first, first + count) of one axis.
struct Taps {
  std::int64_t first, count;
};

/// Groups of neighbouring taps whose windows do not overlap: at most as wide as the stride.
std::vector<Taps> cut_kernel(std::int64_t kernel, std::int64_t stride, std::int64_t dilation) {
  const std::int64_t most = dilation == 1 ? stride : 1;
  std::vector<Taps> pieces;
  for (std::int64_t first = 0; first < kernel; first += most)
    pieces.push_back({first, std::min(most, kernel - first)});
  return pieces;
}

/// One piece of the kernel.
struct Piece {
  Taps rows, columns;
  Extent2 shift;  ///< of its results within y
  Pointwise kernel;
  std::shared_ptr<dnnl::memory> packed{};

  /// Extracts the piece's weights from those of the whole kernel, [pairs of channels][rows][columns].
  std::vector<float> cut(const float* weights, std::int64_t pairs, const Extent2& whole) const {
    std::vector<float> own;
    own.reserve(static_cast<std::size_t>(pairs * rows.count * columns.count));
    for (std::int64_t pair = 0; pair < pairs; ++pair)
      for (std::int64_t u = rows.first; u < rows.first + rows.count; ++u) {
        const float* const from = weights + (pair * whole.h + u) * whole.w + columns.first;
        own.insert(own.end(), from, from + columns.count);
      }
    return own;
  }
};

std::vector<Piece> pieces_of(const ConvTranspose2d& op, const Pointwise::Options& common) {
  std::vector<Piece> pieces;
  for (const Taps& rows : cut_kernel(op.kernel.h, op.stride.h, op.dilation.h))
    for (const Taps& columns : cut_kernel(op.kernel.w, op.stride.w, op.dilation.w)) {
      Pointwise::Options options = common;
      options.taps = {rows.count, columns.count};
      const Extent2 shift{rows.first * op.dilation.h - op.padding.h,
                          columns.first * op.dilation.w - op.padding.w};
      pieces.push_back({rows, columns, shift, Pointwise(options)});
    }
  return pieces;
}

/// y = bias, also where no piece contributes.
void begin_with(const float* bias, const cpu::Image<float>& y) {
  const std::int64_t rows = y.shape.h();
  cpu::parallel(y.groups() * rows, [&](std::int64_t job) {
    const std::int64_t group = job / rows, first = group * y.block % y.shape.c();
    float* const to = y.row(group, job % rows);
    for (std::int64_t i = 0; i < y.shape.w() * y.block; ++i)
      to[i] = bias != nullptr ? bias[first + i % y.block] : 0;
  });
}

/// y += made, shifted by rows and columns.
void add_shifted(const cpu::Image<const float>& made, const Extent2& shift, const cpu::Image<float>& y) {
  const std::int64_t rows = y.shape.h(), first = std::max<std::int64_t>(0, shift.w),
                     last = std::min(y.shape.w(), made.shape.w() + shift.w);
  if (first >= last) return;
  cpu::parallel(y.groups() * rows, [&](std::int64_t job) {
    const std::int64_t group = job / rows, from_row = job % rows - shift.h;
    if (from_row < 0 || from_row >= made.shape.h()) return;
    const float* const from = made.row(group, from_row) + (first - shift.w) * y.block;
    float* const to = y.row(group, job % rows) + first * y.block;
    const std::int64_t count = (last - first) * y.block;
    cpu::vectorised([=]() __attribute__((always_inline)) {
      for (std::int64_t i = 0; i < count; ++i) to[i] += from[i];
    });
  });
}

}  // namespace

void prepare_overlapping(const ConvTranspose2d& op, cpu::Builder& builder) {
  const auto x = builder.operand(0);
  const auto y = builder.result();
  const Shape shape = x.shape;
  const Shape made_shape{shape.n(), y.shape.c(), shape.h() * op.stride.h, shape.w() * op.stride.w};
  std::vector<Piece> pieces = pieces_of(op, {.x = shape,
                                             .y = made_shape,
                                             .x_block = x.block,
                                             .y_block = y.block,
                                             .lanes = builder.traits().block,
                                             .to = op.stride,
                                             .turned = true});
  const auto floats = [&](std::int64_t count) {
    return static_cast<float*>(builder.scratch(static_cast<std::uint64_t>(count) * sizeof(float)));
  };
  const cpu::Image<float> made{floats(made_shape.elements()), made_shape, y.block};
  float* const scratch = floats(pieces.front().kernel.scratch_elements());
  for (Piece& piece : pieces) {
    const auto pack = [piece, pairs = shape.c() * y.shape.c(), whole = op.kernel](const float* weights,
                                                                                  float* to) {
      piece.kernel.pack(piece.cut(weights, pairs, whole).data(), to);
    };
    const std::string form = fmt::format("pointwise turned, taps {}+{} x {}+{}", piece.rows.first,
                                         piece.rows.count, piece.columns.first, piece.columns.count);
    piece.packed = builder.packed(1, {form, piece.kernel.weight_elements(), pack});
  }
  const dnnl::memory::desc dense({y.shape.c()}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::a);
  const auto bias = builder.operands() > 2 ? builder.packed(2, dense, dense) : nullptr;
  builder.step("pointwise pieces", [&]() -> std::function<void()> {
    return [=, activation = op.activation] {
      const auto data = [](const std::shared_ptr<dnnl::memory>& of) {
        return of ? static_cast<const float*>(of->get_data_handle()) : nullptr;
      };
      begin_with(data(bias), y);
      for (const Piece& piece : pieces) {
        piece.kernel.run({x.data, data(piece.packed), nullptr, made.data, scratch});
        add_shifted({made.data, made.shape, made.block}, piece.shift, y);
      }
      cpu::parallel_runs(y.shape.elements(), kRunLength, [&](std::int64_t first, std::int64_t last) {
        activate_in_place(activation, y.data + first, last - first);
      });
    };
  });
}

}  // namespace terramask::ops
