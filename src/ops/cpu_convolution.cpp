#include "ops/cpu_convolution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "ops/cpu_winograd.hpp"

namespace terramask::ops {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;
constexpr memory::data_type f32 = memory::data_type::f32;

memory::desc layout_of(const Shape& shape, int block) {
  const memory::dims dims{shape.n(), shape.c(), shape.h(), shape.w()};
  return {dims, f32, block == 16 ? Tag::nChw16c : block == 8 ? Tag::nChw8c : Tag::nchw};
}

memory::desc any_layout(const memory::desc& layout) {
  return {layout.dims(), f32, Tag::any};
}

dnnl::primitive_attr attributes(const Activation& activation) {
  dnnl::post_ops post;
  const auto append = [&](dnnl::algorithm algorithm, float alpha) {
    post.append_eltwise(1.0F, algorithm, alpha, 0.0F);
  };
  switch (activation.kind) {
    case ActivationKind::none:
      break;
    case ActivationKind::relu:
      append(dnnl::algorithm::eltwise_relu, 0);
      break;
    case ActivationKind::leaky_relu:
      append(dnnl::algorithm::eltwise_relu, activation.alpha);
      break;
    case ActivationKind::elu:
      append(dnnl::algorithm::eltwise_elu, activation.alpha);
      break;
    case ActivationKind::sigmoid:
      append(dnnl::algorithm::eltwise_logistic, 0);
      break;
    case ActivationKind::tanh:
      append(dnnl::algorithm::eltwise_tanh, 0);
      break;
  }
  dnnl::primitive_attr made;
  made.set_post_ops(post);
  made.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return made;
}

/// A convolution's memory as the graph has it.
struct Sides {
  memory::desc x, y, weight, bias;
};

Sides sides(const cpu::Builder& builder, bool transposed) {
  const Shape& w = builder.operand_shape(1);
  const auto x = builder.operand(0);
  const auto y = builder.result();
  // oneDNN counts transposed weights O × I as well; in memory they stand I × O.
  const memory::dims dims =
      transposed ? memory::dims{w[1], w[0], w[2], w[3]} : memory::dims{w[0], w[1], w[2], w[3]};
  return {layout_of(x.shape, x.block), layout_of(y.shape, y.block),
          memory::desc(dims, f32, transposed ? Tag::iohw : Tag::oihw),
          builder.operands() > 2 ? memory::desc({dims[0]}, f32, Tag::a) : memory::desc()};
}

bool is_fast(const std::string& implementation) {
  return implementation.find("ref") == std::string::npos && implementation.find("gemm") == std::string::npos;
}

/// The first of oneDNN's implementations that takes the graph's layouts, or else some of its own.
template <class PrimitiveDesc, class Describe>
PrimitiveDesc choose(const Sides& s, const Describe& describe, const std::string& wanted, const char* what,
                     const dnnl::primitive_attr& attr, const dnnl::engine& engine) {
  std::optional<PrimitiveDesc> slow;
  const auto any_x = any_layout(s.x), any_y = any_layout(s.y);
  for (const auto& [x, y] :
       {std::pair(s.x, s.y), std::pair(s.x, any_y), std::pair(any_x, s.y), std::pair(any_x, any_y)}) {
    try {
      const auto description = describe(x, y);  // next_impl() looks at it again
      PrimitiveDesc found(description, attr, engine);
      do {
        const std::string name = found.impl_info_str();
        if (wanted.empty() ? is_fast(name) : name.find(wanted) != std::string::npos) return found;
        if (!slow && wanted.empty()) slow = found;
      } while (found.next_impl());
    } catch (const dnnl::error& error) {
      if (error.status == dnnl_unimplemented) continue;
      throw Error(ErrorCode::unsupported, fmt::format("{}: oneDNN cannot run it ({})", what, error.what()));
    }
  }
  if (!slow) throw Error(ErrorCode::unsupported, fmt::format("{}: oneDNN has no implementation", what));
  return *slow;
}

/// A primitive's weights, and what is to be done before each run to bring them up to date.
struct Weights {
  std::shared_ptr<memory> packed;
  std::function<void()> renew;
};

/// Adds the primitive, and the reorders around it where it wants other layouts than the graph has. `weights`
/// is called for a program only.
template <class Primitive, class PrimitiveDesc>
void add(const PrimitiveDesc& pd, const Sides& s, cpu::Builder& builder,
         const std::function<Weights()>& weights) {
  const dnnl::engine& engine = builder.engine();
  const bool reorder_x = pd.src_desc() != s.x, reorder_y = pd.dst_desc() != s.y;
  void* const x_scratch = builder.scratch(reorder_x ? pd.src_desc().get_size() : 0);
  void* const y_scratch = builder.scratch(reorder_y ? pd.dst_desc().get_size() : 0);
  void* const scratchpad = builder.scratch(pd.scratchpad_desc().get_size());
  const auto bias = builder.operands() > 2 ? builder.packed(2, s.bias, pd.bias_desc()) : nullptr;
  builder.step(pd.impl_info_str(), [&]() -> std::function<void()> {
    const Weights weight = weights();
    const dnnl::stream stream(engine);
    // oneDNN's handles are not const; a primitive only reads its source.
    void* const x_data = const_cast<float*>(builder.operand(0).data);  // NOLINT
    const memory x(s.x, engine, x_data), y(s.y, engine, builder.result().data);
    const memory source = reorder_x ? memory(pd.src_desc(), engine, x_scratch) : x;
    const memory result = reorder_y ? memory(pd.dst_desc(), engine, y_scratch) : y;
    std::unordered_map<int, memory> arguments{
        {DNNL_ARG_SRC, source},
        {DNNL_ARG_WEIGHTS, *weight.packed},
        {DNNL_ARG_DST, result},
        {DNNL_ARG_SCRATCHPAD, memory(pd.scratchpad_desc(), engine, scratchpad)}};
    if (bias) arguments.emplace(DNNL_ARG_BIAS, *bias);
    std::vector<std::pair<dnnl::primitive, std::unordered_map<int, memory>>> run;
    if (reorder_x)
      run.emplace_back(dnnl::reorder(x, source),
                       std::unordered_map<int, memory>{{DNNL_ARG_FROM, x}, {DNNL_ARG_TO, source}});
    run.emplace_back(Primitive(pd), std::move(arguments));
    if (reorder_y)
      run.emplace_back(dnnl::reorder(result, y),
                       std::unordered_map<int, memory>{{DNNL_ARG_FROM, result}, {DNNL_ARG_TO, y}});
    return [stream, weight, bias, run = std::move(run)] {
      if (weight.renew) weight.renew();
      for (const auto& [primitive, given] : run) primitive.execute(stream, given);
      dnnl::stream(stream).wait();
    };
  });
}

template <class Primitive, class PrimitiveDesc>
void add(const PrimitiveDesc& pd, const Sides& s, cpu::Builder& builder) {
  const auto packed = builder.packed(1, s.weight, pd.weights_desc());
  add<Primitive>(pd, s, builder, [&] { return Weights{packed, {}}; });
}

// Windows that neither overlap nor leave gaps: every phase of the result is a 1 × 1 convolution.
bool is_apart(const ConvTranspose2d& op) {
  return op.kernel == op.stride && op.padding == Extent2{0, 0} && op.output_padding == Extent2{0, 0} &&
         op.dilation == Extent2{1, 1} && op.kernel.h * op.kernel.w <= 16;
}

// Pixels (i, j) of a phase go to (i · stride.h + u, j · stride.w + v).
void interleave(const float* phase, const cpu::Image<float>& y, const Extent2& stride, std::int64_t u,
                std::int64_t v) {
  const std::int64_t rows = y.shape.h() / stride.h, columns = y.shape.w() / stride.w;
  cpu::with_block(y.block, [&](auto lanes) {
    constexpr std::int64_t b = lanes;
    cpu::parallel(y.groups() * rows, [&](std::int64_t job) {
      const float* const from = phase + job * columns * b;
      float* const to = y.row(job / rows, job % rows * stride.h + u) + v * b;
      for (std::int64_t j = 0; j < columns; ++j) std::copy_n(from + j * b, b, to + j * stride.w * b);
    });
  });
}

// oneDNN's own transposed convolution reaches a quarter of its 1 × 1 convolution's speed.
void prepare_phases(const ConvTranspose2d& op, cpu::Builder& builder) {
  const dnnl::engine& engine = builder.engine();
  const auto x = builder.operand(0);
  const auto y = builder.result();
  const Shape small{y.shape.n(), y.shape.c(), x.shape.h(), x.shape.w()};
  const memory::dims dims{y.shape.c(), x.shape.c(), 1, 1};
  const memory::desc from = layout_of(x.shape, x.block), to = layout_of(small, y.block);
  const memory::desc bias = sides(builder, true).bias;
  const dnnl::convolution_forward::desc description(
      dnnl::prop_kind::forward_inference, dnnl::algorithm::convolution_direct, from,
      memory::desc(dims, f32, Tag::any), bias, to, {1, 1}, {0, 0}, {0, 0});
  const dnnl::convolution_forward::primitive_desc pd(description, attributes(op.activation), engine);
  auto* const phase = static_cast<float*>(builder.scratch(to.get_size()));
  void* const scratchpad = builder.scratch(pd.scratchpad_desc().get_size());
  const auto packed_bias = builder.operands() > 2 ? builder.packed(2, bias, pd.bias_desc()) : nullptr;
  const std::int64_t taps = op.kernel.h * op.kernel.w;
  for (std::int64_t tap = 0; tap < taps; ++tap) {
    // Its weights stand I × O × taps.
    const memory::desc tap_weight(dims, f32, memory::dims{taps, y.shape.c() * taps, 1, 1});
    const auto weight = builder.packed(1, tap_weight, pd.weights_desc(), tap);
    builder.step(std::string(pd.impl_info_str()) + " a phase", [&] {
      void* const x_data = const_cast<float*>(x.data);  // NOLINT: oneDNN's handles are not const
      std::unordered_map<int, memory> given{
          {DNNL_ARG_SRC, memory(from, engine, x_data)},
          {DNNL_ARG_WEIGHTS, *weight},
          {DNNL_ARG_DST, memory(to, engine, phase)},
          {DNNL_ARG_SCRATCHPAD, memory(pd.scratchpad_desc(), engine, scratchpad)}};
      if (packed_bias) given.emplace(DNNL_ARG_BIAS, *packed_bias);
      return [=, stream = dnnl::stream(engine), run = dnnl::convolution_forward(pd), stride = op.stride,
              u = tap / op.kernel.w, v = tap % op.kernel.w] {
        run.execute(stream, given);
        dnnl::stream(stream).wait();
        interleave(phase, y, stride, u, v);
      };
    });
  }
}

dnnl::convolution_forward::primitive_desc describe_convolution(const Conv2d& op, const Shape& weight,
                                                               const Sides& s, const cpu::Builder& builder) {
  const std::int64_t tile = winograd_tile(op, weight, builder.traits());
  const auto algorithm =
      tile > 1 ? dnnl::algorithm::convolution_winograd : dnnl::algorithm::convolution_direct;
  const auto any_weight = any_layout(s.weight);
  const memory::dims stride{op.stride.h, op.stride.w}, dilation{op.dilation.h - 1, op.dilation.w - 1},
      before{op.padding.h, op.padding.w};
  const Shape x = builder.operand_shape(0), y = builder.result().shape;
  const auto after = [](std::int64_t in, std::int64_t out, std::int64_t k, std::int64_t st, std::int64_t d,
                        std::int64_t p) { return (out - 1) * st + (k - 1) * d + 1 - in - p; };
  const memory::dims behind{after(x.h(), y.h(), op.kernel.h, op.stride.h, op.dilation.h, op.padding.h),
                            after(x.w(), y.w(), op.kernel.w, op.stride.w, op.dilation.w, op.padding.w)};
  return choose<dnnl::convolution_forward::primitive_desc>(
      s,
      [&](const memory::desc& from, const memory::desc& to) {
        return dnnl::convolution_forward::desc(dnnl::prop_kind::forward_inference, algorithm, from,
                                               any_weight, s.bias, to, stride, dilation, before, behind);
      },
      tile > 1 ? fmt::format("wino_{}x3", tile) : std::string(), "conv2d", attributes(op.activation),
      builder.engine());
}

// A transposed convolution of stride 1 is a convolution with the kernel turned; oneDNN's own reaches less
// than half its speed, and has no Winograd.
bool is_turned(const ConvTranspose2d& op) {
  return op.stride == Extent2{1, 1} && op.padding.h <= op.dilation.h * (op.kernel.h - 1) &&
         op.padding.w <= op.dilation.w * (op.kernel.w - 1);
}

Conv2d turned(const ConvTranspose2d& op) {
  return {.kernel = op.kernel,
          .padding = {op.dilation.h * (op.kernel.h - 1) - op.padding.h,
                      op.dilation.w * (op.kernel.w - 1) - op.padding.w},
          .dilation = op.dilation,
          .activation = op.activation};
}

// Weights I × O × taps to O × I × taps, the taps in reverse; a tile at a time, so that both sides are read
// and written in runs.
void turn_weights(const Shape& shape, const float* weights, float* out) {
  constexpr std::int64_t tile = 16;
  const std::int64_t inputs = shape[0], outputs = shape[1], taps = shape[2] * shape[3];
  cpu::parallel_runs(outputs, tile, [&](std::int64_t first, std::int64_t last) {
    std::vector<float> turned(static_cast<std::size_t>(tile * tile * taps));
    for (std::int64_t begin = 0; begin < inputs; begin += tile) {
      const std::int64_t end = std::min(begin + tile, inputs), run = (end - begin) * taps;
      for (std::int64_t i = begin; i < end; ++i)
        for (std::int64_t o = first; o < last; ++o) {
          const float* const from = weights + (i * outputs + o) * taps;
          std::reverse_copy(
              from, from + taps,
              &turned[static_cast<std::size_t>(((o - first) * (end - begin) + i - begin) * taps)]);
        }
      for (std::int64_t o = first; o < last; ++o)
        std::copy_n(&turned[static_cast<std::size_t>((o - first) * run)], run,
                    out + (o * inputs + begin) * taps);
    }
  });
}

// Weights that are made anew before each run, from the operand as it lies.
template <class Renew>
void add_renewed(const dnnl::convolution_forward::primitive_desc& pd, const Sides& s, cpu::Builder& builder,
                 const Renew& renew) {
  auto* const room = static_cast<float*>(builder.scratch(pd.weights_desc().get_size()));
  const auto source = builder.packed(1, s.weight, s.weight);
  add<dnnl::convolution_forward>(pd, s, builder, [&] {
    return Weights{std::make_shared<memory>(pd.weights_desc(), builder.engine(), room),
                   [=] { renew(static_cast<const float*>(source->get_data_handle()), room); }};
  });
}

void prepare_turned(const ConvTranspose2d& op, cpu::Builder& builder) {
  const Shape weight = builder.operand_shape(1), to{weight[1], weight[0], weight[2], weight[3]};
  Sides s = sides(builder, true);
  s.weight = memory::desc({to[0], to[1], to[2], to[3]}, f32, Tag::oihw);
  const auto pd = describe_convolution(turned(op), to, s, builder);
  if (const auto winograd = WinogradWeights::of(pd.weights_desc()))
    return add_renewed(pd, s, builder, [winograd](const float* source, float* packed) {
      winograd->transform(source, true, packed);
    });
  if (pd.weights_desc() == s.weight)
    return add_renewed(pd, s, builder, [weight](const float* source, float* packed) {
      turn_weights(weight, source, packed);
    });
  auto* const dense = static_cast<float*>(builder.scratch(weight.elements() * sizeof(float)));
  const memory plain(s.weight, builder.engine(), dense);
  const dnnl::reorder reorder({builder.engine(), s.weight, builder.engine(), pd.weights_desc()});
  const dnnl::stream stream(builder.engine());
  add_renewed(pd, s, builder, [=](const float* source, float* packed) {
    turn_weights(weight, source, dense);
    memory from = plain, into(pd.weights_desc(), plain.get_engine(), packed);
    dnnl::stream queue = stream;
    reorder.execute(queue, from, into);
    queue.wait();
  });
}

}  // namespace

// Learnt from measurement: BENCHMARKS.md.
std::int64_t winograd_tile(const Conv2d& op, const Shape& weight, const cpu::Traits& traits) {
  const std::int64_t outputs = weight[0], inputs = weight[1];
  const bool possible = traits.winograd && traits.precision == Precision::fast &&
                        op.kernel == Extent2{3, 3} && op.stride == Extent2{1, 1} &&
                        op.dilation == Extent2{1, 1} && op.padding == Extent2{1, 1} && inputs % 16 == 0 &&
                        outputs % 16 == 0 && op.activation.kind <= ActivationKind::relu;
  // oneDNN also has F(2,3), but takes it only for some extents.
  return possible && inputs >= 64 && outputs >= 64 && inputs <= 1024 && outputs <= 1024 ? 4 : 1;
}

void prepare(const Conv2d& op, cpu::Builder& builder) {
  const Sides s = sides(builder, false);
  const auto pd = describe_convolution(op, builder.operand_shape(1), s, builder);
  if (const auto winograd = WinogradWeights::of(pd.weights_desc()); winograd && !builder.is_parameter(1))
    return add_renewed(pd, s, builder, [winograd](const float* source, float* packed) {
      winograd->transform(source, false, packed);
    });
  add<dnnl::convolution_forward>(pd, s, builder);
}

std::int64_t winograd_tile(const ConvTranspose2d& op, const Shape& weight, const cpu::Traits& traits) {
  return is_turned(op) ? winograd_tile(turned(op), {weight[1], weight[0], weight[2], weight[3]}, traits) : 1;
}

void prepare(const ConvTranspose2d& op, cpu::Builder& builder) {
  if (is_turned(op)) return prepare_turned(op, builder);
  if (const int block = builder.operand(0).block;
      block > 1 && builder.result().block == block && is_apart(op))
    return prepare_phases(op, builder);
  const Sides s = sides(builder, true);
  const auto weight = any_layout(s.weight);
  const memory::dims stride{op.stride.h, op.stride.w}, dilation{op.dilation.h - 1, op.dilation.w - 1},
      before{op.padding.h, op.padding.w},
      behind{op.padding.h - op.output_padding.h, op.padding.w - op.output_padding.w};
  const auto pd = choose<dnnl::deconvolution_forward::primitive_desc>(
      s,
      [&](const memory::desc& from, const memory::desc& to) {
        return dnnl::deconvolution_forward::desc(dnnl::prop_kind::forward_inference,
                                                 dnnl::algorithm::deconvolution_direct, from, weight, s.bias,
                                                 to, stride, dilation, before, behind);
      },
      std::string(), "conv_transpose2d", attributes(op.activation), builder.engine());
  add<dnnl::deconvolution_forward>(pd, s, builder);
}

}  // namespace terramask::ops
