#include "ops/cpu/pointwise.hpp"

#include <algorithm>
#include <cstring>

#include "ops/cpu/activation.hpp"
#include "ops/cpu/product.hpp"

namespace terramask::ops {
namespace {

std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

}  // namespace

// How the work is split does not affect the result; the sizes were the fastest measured.
Pointwise::Pointwise(const Options& options)
    : options_(options),
      inputs_(divide_up(options.x.c(), options.lanes) * options.lanes),
      outputs_(divide_up(options.y.c(), options.lanes) * options.lanes),
      rows_(divide_up(options.x.h(), options.from.h)),
      columns_(divide_up(options.x.w(), options.from.w)) {
  const int most = product_pixels(options.lanes);
  // A job computes all outputs of some pixels if their weights stay in its cache; else two groups of outputs
  // for as many pixels as the last-level cache holds, so that all weights are read once.
  constexpr std::int64_t own_weights = std::int64_t{1} << 17, panels = 8;
  constexpr std::int64_t shared_operands = std::int64_t{1} << 20;
  const std::int64_t plane = rows_ * columns_;
  if (inputs_ * outputs_ <= own_weights) {
    run_ = panels * most;
    width_ = outputs_ / options.lanes;
    return;
  }
  run_ = std::max<std::int64_t>(shared_operands / inputs_ / most, 1) * most;
  run_ = divide_up(divide_up(plane, divide_up(plane, run_)), most) * most;
  width_ = 2;
}

std::int64_t Pointwise::weight_elements() const {
  return options_.taps.h * options_.taps.w * inputs_ * outputs_;
}

std::int64_t Pointwise::scratch_elements() const {
  return as_it_lies() ? 0 : options_.x.n() * inputs_ * rows_ * columns_;
}

// [tap][output group][input][lanes], zero for padding channels.
void Pointwise::pack(const float* weights, float* packed) const {
  const std::int64_t taps = options_.taps.h * options_.taps.w, lanes = options_.lanes;
  const std::int64_t inputs = options_.x.c(), outputs = options_.y.c();
  cpu::parallel(taps * outputs_ / lanes, [&](std::int64_t job) {
    const std::int64_t tap = job / (outputs_ / lanes), first = job % (outputs_ / lanes) * lanes;
    float* const to = packed + job * inputs_ * lanes;
    for (std::int64_t i = 0; i < inputs_; ++i)
      for (std::int64_t lane = 0; lane < lanes; ++lane) {
        const std::int64_t o = first + lane;
        const bool real = i < inputs && o < outputs;
        const std::int64_t pair = options_.turned ? i * outputs + o : o * inputs + i;
        to[i * lanes + lane] = real ? weights[pair * taps + tap] : 0;
      }
  });
}

// Gathers the pixels read, in groups of `lanes` channels, zero for padding channels.
void Pointwise::gather(const float* x, float* gathered) const {
  const cpu::Image<const float> image{x, options_.x, options_.x_block};
  const std::int64_t lanes = options_.lanes, groups = inputs_ / lanes, channels = options_.x.c();
  cpu::parallel(options_.x.n() * groups * rows_, [&](std::int64_t job) {
    const std::int64_t row = job % rows_ * options_.from.h, group = job / rows_ % groups,
                       n = job / rows_ / groups;
    float* const to = gathered + job * columns_ * lanes;
    for (std::int64_t lane = 0; lane < lanes; ++lane) {
      const std::int64_t c = group * lanes + lane;
      const float* const from = c < channels ? image.channel_row(n, c, row) : nullptr;
      for (std::int64_t j = 0; j < columns_; ++j)
        to[j * lanes + lane] = from != nullptr ? from[j * options_.from.w * image.block] : 0;
    }
  });
}

// Pixels outside all windows contain the bias only.
void Pointwise::fill_gaps(const float* bias, float* y) const {
  const cpu::Image<float> image{y, options_.y, options_.y_block};
  cpu::parallel(options_.y.n() * options_.y.c() * options_.y.h(), [&](std::int64_t job) {
    const std::int64_t row = job % options_.y.h(), plane = job / options_.y.h();
    float value = bias != nullptr ? bias[plane % options_.y.c()] : 0;
    activate_in_place(options_.activation, &value, 1);
    float* const to = image.channel_row(plane / options_.y.c(), plane % options_.y.c(), row);
    for (std::int64_t j = 0; j < options_.y.w(); ++j) to[j * image.block] = value;
  });
}

// Adds the bias, applies the activation and stores the results, for one group of outputs of some pixels.
template <int lanes>
[[gnu::always_inline]] inline void Pointwise::finish(const Buffers& buffers, float* products,
                                                     std::int64_t image, std::int64_t pixel,
                                                     std::int64_t count, std::int64_t tap,
                                                     std::int64_t output) const {
  using Row = cpu::Floats<lanes>;
  const std::int64_t first = output * lanes, channels = std::min<std::int64_t>(lanes, options_.y.c() - first);
  Row bias = {};
  if (buffers.bias != nullptr)
    std::memcpy(&bias, buffers.bias + first, static_cast<std::size_t>(channels) * sizeof(float));
  const bool rectify = options_.activation.kind == ActivationKind::relu;
  for (std::int64_t p = 0; p < count; ++p) {
    Row value;
    std::memcpy(&value, products + p * lanes, sizeof(Row));
    if (buffers.bias != nullptr) value += bias;
    if (rectify) value = value < 0 ? Row{} : value;
    std::memcpy(products + p * lanes, &value, sizeof(Row));
  }
  if (!rectify) activate_in_place(options_.activation, products, count * lanes);
  const cpu::Image<float> y{buffers.y, options_.y, options_.y_block};
  const Extent2 &taps = options_.taps, &to = options_.to;
  // Calls put(p, element) with the index of each pixel in a plane of y.
  const auto each = [&](std::int64_t u, std::int64_t v, const auto& put) __attribute__((always_inline)) {
    std::int64_t i = pixel / columns_, j = pixel % columns_;
    for (std::int64_t p = 0; p < count; ++p) {
      put(p, (i * to.h + u) * options_.y.w() + j * to.w + v);
      if (++j == columns_) ++i, j = 0;
    }
  };
  const std::int64_t u = tap / taps.w, v = tap % taps.w;
  if (options_.y_block != lanes) {
    for (std::int64_t c = 0; c < channels; ++c) {
      float* const plane = y.channel_row(image, first + c, 0);
      each(
          u, v, [&](std::int64_t p, std::int64_t at) __attribute__((always_inline)) {
            plane[at * y.block] = products[p * lanes + c];
          });
    }
    return;
  }
  float* const plane = y.row(image * (outputs_ / lanes) + output, 0);
  if (to == Extent2{1, 1}) {
    std::memcpy(plane + pixel * lanes, products, static_cast<std::size_t>(count) * sizeof(Row));
    return;
  }
  each(
      u, v, [&](std::int64_t p, std::int64_t at) __attribute__((always_inline)) {
        std::memcpy(plane + at * lanes, products + p * lanes, sizeof(Row));
      });
}

template <int lanes>
void Pointwise::multiply_pixels(const Buffers& buffers, const float* x, std::int64_t run, std::int64_t tap,
                                std::int64_t output) const {
  constexpr int most = product_pixels(lanes);
  const std::int64_t plane = rows_ * columns_, runs = divide_up(plane, run_), outputs = outputs_ / lanes;
  const std::int64_t image = run / runs, begin = run % runs * run_, end = std::min(plane, begin + run_);
  cpu::vectorised([&]() __attribute__((always_inline)) {
    alignas(64) float products[2 * most * lanes];
    Product product{.x_step = plane * lanes,
                    .groups = inputs_ / lanes,
                    .weight_step = inputs_ * lanes,
                    .y = products,
                    .pixel_step = lanes,
                    .output_step = most * lanes};
    const std::int64_t last = std::min(outputs, output + width_);
    for (std::int64_t o = output; o < last; o += 2)
      for (std::int64_t pixel = begin; pixel < end; pixel += most) {
        const std::int64_t count = std::min<std::int64_t>(most, end - pixel),
                           made = std::min<std::int64_t>(2, last - o);
        product.x = x + (image * inputs_ * plane) + pixel * lanes;
        product.weights = buffers.weights + (tap * outputs + o) * inputs_ * lanes;
        multiply<lanes>(product, count, made);
        for (std::int64_t k = 0; k < made; ++k)
          finish<lanes>(buffers, products + k * most * lanes, image, pixel, count, tap, o + k);
      }
  });
}

template <int lanes>
void Pointwise::run_lanes(const Buffers& buffers) const {
  const float* x = buffers.x;
  if (!as_it_lies()) {
    gather(x, buffers.scratch);
    x = buffers.scratch;
  }
  if (options_.y.h() * options_.y.w() > rows_ * columns_ * options_.taps.h * options_.taps.w)
    fill_gaps(buffers.bias, buffers.y);
  const std::int64_t taps = options_.taps.h * options_.taps.w, parts = divide_up(outputs_ / lanes, width_);
  const std::int64_t runs = options_.x.n() * divide_up(rows_ * columns_, run_);
  // Jobs that share weights (or, if these are few, pixels) run consecutively.
  const bool by_pixels = parts == 1;
  cpu::parallel(runs * taps * parts, [&](std::int64_t job) {
    const std::int64_t run = by_pixels ? job / taps : job % runs,
                       weights = by_pixels ? job % taps : job / runs;
    multiply_pixels<lanes>(buffers, x, run, weights / parts, weights % parts * width_);
  });
}

void Pointwise::run(const Buffers& buffers) const {
  options_.lanes == 16 ? run_lanes<16>(buffers) : run_lanes<8>(buffers);
}

}  // namespace terramask::ops
