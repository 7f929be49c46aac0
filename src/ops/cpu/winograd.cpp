#include "ops/cpu/winograd.hpp"

#include <omp.h>

#include <algorithm>
#include <cstring>

#include "cpu/loops.hpp"
#include "ops/cpu/product.hpp"
#include "ops/cpu/winograd_transforms.hpp"

namespace terramask::ops {
namespace {

using winograd::all;
using winograd::points;
using winograd::taps;
using winograd::tile;

std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

}  // namespace

// How the work is split does not affect the result; the sizes were the fastest measured.
Winograd::Winograd(const Shape& shape, std::int64_t outputs, int block, const ImageSeams& seams, int threads,
                   const Activation& activation)
    : images_(shape.n()),
      inputs_(shape.c()),
      outputs_(outputs),
      rows_(shape.h()),
      columns_(shape.w()),
      row_edges_(seams.rows.cut(shape.h(), tile)),
      column_edges_(seams.columns.cut(shape.w(), tile)),
      down_(std::ssize(row_edges_) - 1),
      across_(std::ssize(column_edges_) - 1),
      block_(block),
      threads_(threads),
      rectify_(activation.kind == ActivationKind::relu) {
  const int most = product_pixels(block);
  panel_ = divide_up(tiles(), divide_up(tiles(), most));
  // A thread processes tiles from operands to results if the weights fit in its cache; else all threads
  // together pass once over the weights for as many tiles as the last-level cache holds.
  constexpr std::int64_t own_weights = 256 * 256, alone_panels = 2;
  constexpr std::int64_t part_bytes = std::int64_t{20} << 20;
  alone_ = inputs_ * outputs_ <= own_weights && tiles() >= 2 * threads * alone_panels * panel_;
  if (alone_) {
    part_ = alone_panels * panel_;
    return;
  }
  const std::int64_t tile_bytes = all * (inputs_ + outputs_) * 4;
  const std::int64_t parts = divide_up(tiles() * tile_bytes, part_bytes);
  part_ = divide_up(divide_up(tiles(), parts), panel_) * panel_;
}

std::int64_t Winograd::weight_elements() const {
  return all * inputs_ * outputs_;
}

// A few additional lines, so that the rows of the 36 points do not map to the same cache set.
std::int64_t Winograd::operand_step() const {
  return part_ * inputs_ + 5 * 16;
}

std::int64_t Winograd::scratch_elements() const {
  return (all * operand_step() + part_ * outputs_ * all) * (alone_ ? threads_ : 1);
}

Winograd::Part Winograd::part(float* scratch, std::int64_t index) const {
  float* const products = scratch + all * operand_step();
  return {index * part_, std::min(part_, tiles() - index * part_), scratch, products};
}

Winograd::Place Winograd::place(std::int64_t at) const {
  const auto row = static_cast<std::size_t>(at / across_ % down_),
             column = static_cast<std::size_t>(at % across_);
  return {at / (down_ * across_), row_edges_[row], row_edges_[row + 1], column_edges_[column],
          column_edges_[column + 1]};
}

template <int lanes>
void Winograd::pack_lanes(const float* weights, bool turned, float* packed) const {
  using Row = cpu::Floats<lanes>;
  const std::int64_t across = inputs_ / lanes, step = inputs_ * outputs_;
  cpu::parallel(outputs_ / lanes * across, [&](std::int64_t job) {
    const std::int64_t o = job / across, i = job % across;
    // [input][tap][output]
    float gathered[lanes * taps * taps * lanes];
    for (int in = 0; in < lanes; ++in)
      for (int to = 0; to < lanes; ++to) {
        const std::int64_t input = i * lanes + in, output = o * lanes + to;
        const float* const from =
            weights + (turned ? input * outputs_ + output : output * inputs_ + input) * taps * taps;
        for (int t = 0; t < taps * taps; ++t)
          gathered[(in * taps * taps + t) * lanes + to] = from[turned ? taps * taps - 1 - t : t];
      }
    cpu::vectorised([&]() __attribute__((always_inline)) {
      for (int in = 0; in < lanes; ++in) {
        Row from[taps][taps], to[points][points];
        std::memcpy(from, gathered + in * taps * taps * lanes, sizeof(from));
        winograd::transform_both(
            from, to, [](const Row(&g)[taps], Row(&out)[points]) __attribute__((always_inline)) {
              winograd::transform_weights(g, out);
            });
        float* const out = packed + (o * inputs_ + i * lanes + in) * lanes;
        for (int point = 0; point < all; ++point)
          std::memcpy(out + point * step, &to[point / points][point % points], sizeof(Row));
      }
    });
  });
}

void Winograd::pack(const float* weights, bool turned, float* packed) const {
  block_ == 16 ? pack_lanes<16>(weights, turned, packed) : pack_lanes<8>(weights, turned, packed);
}

// Transforms the operands of a panel's tiles for one group of channels.
template <int lanes>
void Winograd::transform_panel(const Buffers& buffers, const Part& part, std::int64_t panel,
                               std::int64_t group) const {
  using Row = cpu::Floats<lanes>;
  const std::int64_t groups = inputs_ / lanes, step = operand_step();
  float* const out = part.operands + (panel * groups + group) * panel_ * lanes;
  cpu::vectorised([&]() __attribute__((always_inline)) {
    for (std::int64_t t = 0; t < panel_; ++t) {
      Row from[points][points], to[points][points];
      // Pixels that do not affect the tile's own results are left out: they must not influence the rounding
      // of a tile that ends at a seam.
      const std::int64_t index = panel * panel_ + t;
      const Place at = place(part.first + std::min(index, part.count - 1));
      const float* const plane = buffers.x + (at.image * groups + group) * rows_ * columns_ * lanes;
      const std::int64_t top = at.top - 1, left = at.left - 1;
      const std::int64_t bottom = std::min(rows_, at.bottom + 1), right = std::min(columns_, at.right + 1);
      if (index < part.count && top >= 0 && left >= 0 && bottom - top == points && right - left == points) {
        for (int i = 0; i < points; ++i)
          std::memcpy(from[i], plane + ((top + i) * columns_ + left) * lanes, sizeof(from[i]));
      } else {
        std::memset(from, 0, sizeof(from));
        const std::int64_t first = std::max<std::int64_t>(0, left);
        for (std::int64_t i = std::max<std::int64_t>(0, top); i < bottom && index < part.count; ++i)
          std::memcpy(from[i - top] + (first - left), plane + (i * columns_ + first) * lanes,
                      static_cast<std::size_t>(right - first) * sizeof(Row));
      }
      winograd::transform_both(
          from, to, [](const Row(&d)[points], Row(&transformed)[points]) __attribute__((always_inline)) {
            winograd::transform_operands(d, transformed);
          });
      for (int point = 0; point < all; ++point)
        std::memcpy(out + point * step + t * lanes, &to[point / points][point % points], sizeof(Row));
    }
  });
}

// The products of one point for all panels and two groups of outputs.
template <int lanes>
void Winograd::multiply_panels(const Buffers& buffers, const Part& part, std::int64_t point,
                               std::int64_t output) const {
  const std::int64_t outputs = outputs_ / lanes;
  Product product{.x_step = panel_ * lanes,
                  .groups = inputs_ / lanes,
                  .weights = buffers.weights + (point * outputs + output) * inputs_ * lanes,
                  .weight_step = inputs_ * lanes,
                  .pixel_step = all * lanes,
                  .output_step = part_ * all * lanes};
  cpu::vectorised([&]() __attribute__((always_inline)) {
    for (std::int64_t panel = 0; panel < panels(part); ++panel) {
      product.x = part.operands + point * operand_step() + panel * panel_ * inputs_;
      product.y = part.products + ((output * part_ + panel * panel_) * all + point) * lanes;
      multiply<lanes>(product, panel_, std::min<std::int64_t>(2, outputs - output));
    }
  });
}

template <int lanes>
void Winograd::finish_panel(const Buffers& buffers, const Part& part, std::int64_t panel,
                            std::int64_t output) const {
  using Row = cpu::Floats<lanes>;
  cpu::vectorised([&]() __attribute__((always_inline)) {
    Row bias = {};
    if (buffers.bias != nullptr) std::memcpy(&bias, buffers.bias + output * lanes, sizeof(Row));
    for (std::int64_t index = panel * panel_; index < std::min(part.count, (panel + 1) * panel_); ++index) {
      Row from[points][points], to[tile][tile];
      std::memcpy(from, part.products + (output * part_ + index) * all * lanes, sizeof(from));
      winograd::transform_both(
          from, to, [](const Row(&m)[points], Row(&out)[tile]) __attribute__((always_inline)) {
            winograd::transform_products(m, out);
          });
      const Place at = place(part.first + index);
      float* const plane = buffers.y + (at.image * (outputs_ / lanes) + output) * rows_ * columns_ * lanes;
      for (int i = 0; i < tile; ++i)
        for (int j = 0; j < tile; ++j) {
          to[i][j] += bias;
          if (rectify_) to[i][j] = to[i][j] < 0 ? Row{} : to[i][j];
        }
      const std::int64_t across = at.right - at.left;
      for (std::int64_t i = at.top; i < at.bottom; ++i) {
        float* const row = plane + (i * columns_ + at.left) * lanes;
        if (across == tile)
          std::memcpy(row, to[i - at.top], sizeof(to[0]));
        else
          std::memcpy(row, to[i - at.top], static_cast<std::size_t>(across) * sizeof(Row));
      }
    }
  });
}

template <int lanes>
void Winograd::run_lanes(const Buffers& buffers) const {
  const std::int64_t parts = divide_up(tiles(), part_), groups = inputs_ / lanes, outputs = outputs_ / lanes;
  const std::int64_t pairs = divide_up(outputs, 2);
  if (alone_) {
    const std::int64_t own = all * operand_step() + part_ * outputs_ * all;
    cpu::parallel(parts, [&](std::int64_t index) {
      const Part mine = part(buffers.scratch + omp_get_thread_num() * own, index);
      for (std::int64_t panel = 0; panel < panels(mine); ++panel)
        for (std::int64_t group = 0; group < groups; ++group)
          transform_panel<lanes>(buffers, mine, panel, group);
      for (std::int64_t point = 0; point < all; ++point)
        for (std::int64_t pair = 0; pair < pairs; ++pair)
          multiply_panels<lanes>(buffers, mine, point, pair * 2);
      for (std::int64_t panel = 0; panel < panels(mine); ++panel)
        for (std::int64_t output = 0; output < outputs; ++output)
          finish_panel<lanes>(buffers, mine, panel, output);
    });
    return;
  }
  for (std::int64_t index = 0; index < parts; ++index) {
    const Part shared = part(buffers.scratch, index);
    cpu::parallel(panels(shared) * groups, [&](std::int64_t job) {
      transform_panel<lanes>(buffers, shared, job / groups, job % groups);
    });
    cpu::parallel(all * pairs, [&](std::int64_t job) {
      multiply_panels<lanes>(buffers, shared, job / pairs, job % pairs * 2);
    });
    cpu::parallel(panels(shared) * outputs, [&](std::int64_t job) {
      finish_panel<lanes>(buffers, shared, job / outputs, job % outputs);
    });
  }
}

void Winograd::run(const Buffers& buffers) const {
  block_ == 16 ? run_lanes<16>(buffers) : run_lanes<8>(buffers);
}

}  // namespace terramask::ops
