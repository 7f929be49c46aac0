#include "ops/cpu/convolution.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "cpu/layout.hpp"
#include "cpu/onednn.hpp"
#include "ops/cpu/copy.hpp"
#include "ops/cpu/overlapping.hpp"
#include "ops/cpu/pointwise.hpp"
#include "ops/cpu/winograd.hpp"

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
  return {cpu::onednn::dims_of(layout), f32, Tag::any};
}

dnnl::primitive_attr attributes(const Activation& activation) {
  dnnl::post_ops post;
  const auto append = [&](dnnl::algorithm algorithm, float alpha) {
    cpu::onednn::append_activation(post, algorithm, alpha);
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

/// The memory layouts of a convolution in the graph.
struct Sides {
  memory::desc x, y, weight, bias;
};

Sides sides(const cpu::Builder& builder, bool transposed) {
  const Shape& w = builder.operand_shape(1);
  const auto x = builder.operand(0);
  const auto y = builder.result();
  // oneDNN specifies transposed weights as O × I too; in memory they are I × O.
  const memory::dims dims =
      transposed ? memory::dims{w[1], w[0], w[2], w[3]} : memory::dims{w[0], w[1], w[2], w[3]};
  return {layout_of(x.shape, x.block), layout_of(y.shape, y.block),
          memory::desc(dims, f32, transposed ? Tag::iohw : Tag::oihw),
          builder.operands() > 2 ? memory::desc({dims[0]}, f32, Tag::a) : memory::desc()};
}

// These oneDNN implementations are excluded: they are slow, or (1x1) sum in an order that depends on extents
// and threads.
bool is_welcome(const std::string& implementation) {
  const auto is = [&](const char* part) { return implementation.find(part) != std::string::npos; };
  return !is("ref") && !is("gemm") && !is("1x1");
}

/// The first oneDNN implementation that accepts the graph's layouts; if there is none, one with its own
/// layouts.
dnnl::convolution_forward::primitive_desc choose(const Sides& s, cpu::onednn::Convolution convolution,
                                                 const dnnl::primitive_attr& attr,
                                                 const dnnl::engine& engine) {
  std::optional<dnnl::convolution_forward::primitive_desc> welcome, slow;
  const auto any_x = any_layout(s.x), any_y = any_layout(s.y);
  for (const auto& [x, y] :
       {std::pair(s.x, s.y), std::pair(s.x, any_y), std::pair(any_x, s.y), std::pair(any_x, any_y)}) {
    convolution.x = x, convolution.y = y;
    try {
      cpu::onednn::visit_implementations(convolution, attr, engine,
                                         [&](const dnnl::convolution_forward::primitive_desc& found) {
                                           const std::string name = found.impl_info_str();
                                           if (is_welcome(name)) welcome = found;
                                           if (!slow && name.find("1x1") == std::string::npos) slow = found;
                                           return welcome.has_value();
                                         });
    } catch (const dnnl::error& error) {
      if (error.status == dnnl_unimplemented) continue;
      throw Error(ErrorCode::unsupported, fmt::format("conv2d: oneDNN cannot run it ({})", error.what()));
    }
    if (welcome) return *welcome;
  }
  if (!slow) throw Error(ErrorCode::unsupported, "conv2d: oneDNN has no implementation");
  return *slow;
}

/// Buffers for a primitive's image and result if their layouts differ from the graph's, and the copies in and
/// out.
struct Rooms {
  float *x = nullptr, *y = nullptr;
  std::function<void()> before, after;
};

/// A primitive's weights, and the work required before each run to update them.
struct Weights {
  std::shared_ptr<memory> packed;
  std::function<void()> renew;
};

/// Adds the primitive, with reorders if its layouts differ from the graph's. `weights` is called for programs
/// only.
template <class Primitive, class PrimitiveDesc>
void add(const PrimitiveDesc& pd, const Sides& s, cpu::Builder& builder,
         const std::function<Weights()>& weights, const Rooms& rooms = {}) {
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
    void* const x_data =
        rooms.x != nullptr ? rooms.x : const_cast<float*>(builder.operand(0).data);  // NOLINT
    void* const y_data = rooms.y != nullptr ? rooms.y : builder.result().data;
    const memory x(s.x, engine, x_data), y(s.y, engine, y_data);
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
    return [stream, weight, bias, rooms, run = std::move(run)] {
      if (rooms.before) rooms.before();
      if (weight.renew) weight.renew();
      for (const auto& [primitive, given] : run) primitive.execute(stream, given);
      dnnl::stream(stream).wait();
      if (rooms.after) rooms.after();
    };
  });
}

template <class Primitive, class PrimitiveDesc>
void add(const PrimitiveDesc& pd, const Sides& s, cpu::Builder& builder, const Rooms& rooms = {}) {
  const auto packed = builder.packed(1, s.weight, pd.weights_desc());
  add<Primitive>(
      pd, s, builder,
      [&] {
        return Weights{packed, {}};
      },
      rooms);
}

// Adds one of Terramask's own kernels, Winograd or Pointwise, which packs its weights itself.
template <class Kernel>
void add_own(const Kernel& kernel, const std::string& form,
             const std::function<void(const float*, float*)>& pack, cpu::Builder& builder) {
  const auto x = builder.operand(0);
  const auto y = builder.result();
  const int lanes = builder.traits().block;
  // The layouts of Winograd's operands and results may differ if the number of channels is not a multiple of
  // the block.
  const bool move_x = kernel.x_block() != x.block, move_y = kernel.y_block() != y.block;
  const auto floats = [&](bool wanted, std::int64_t count) {
    return static_cast<float*>(
        builder.scratch(wanted ? static_cast<std::uint64_t>(count) * sizeof(float) : 0));
  };
  float* const x_room = floats(move_x, x.shape.elements());
  float* const y_room = floats(move_y, y.shape.elements());
  float* const scratch = floats(true, kernel.scratch_elements());
  const auto weights = builder.packed(1, {form, kernel.weight_elements(), pack});
  const memory::desc dense({y.shape.c()}, f32, Tag::a);
  const auto bias = builder.operands() > 2 ? builder.packed(2, dense, dense) : nullptr;
  builder.step(form, [&]() -> std::function<void()> {
    const auto data = [](const std::shared_ptr<memory>& of) {
      return of ? static_cast<const float*>(of->get_data_handle()) : nullptr;
    };
    return [=] {
      if (move_x) cpu::to_blocks(x.shape, lanes, x.data, x_room);
      kernel.run({move_x ? x_room : x.data, data(weights), data(bias), move_y ? y_room : y.data, scratch});
      if (move_y) cpu::from_blocks(y.shape, lanes, y_room, y.data);
    };
  });
}

void add_winograd(const Activation& activation, bool turned, cpu::Builder& builder) {
  const Winograd kernel(builder.operand_shape(0), builder.result().shape.c(), builder.traits().block,
                        builder.seams(), omp_get_max_threads(), activation);
  add_own(
      kernel, turned ? "winograd turned" : "winograd",
      [=](const float* weights, float* packed) { kernel.pack(weights, turned, packed); }, builder);
}

void add_pointwise(const Pointwise::Options& options, cpu::Builder& builder) {
  Pointwise::Options all = options;
  const auto x = builder.operand(0);
  const auto y = builder.result();
  all.x = x.shape, all.y = y.shape, all.x_block = x.block, all.y_block = y.block;
  all.lanes = builder.traits().block;
  const Pointwise kernel(all);
  add_own(
      kernel, options.turned ? "pointwise turned" : "pointwise",
      [=](const float* weights, float* packed) { kernel.pack(weights, packed); }, builder);
}

// Windows that do not overlap.
bool is_apart(const ConvTranspose2d& op) {
  const auto apart = [](std::int64_t kernel, std::int64_t stride, std::int64_t dilation) {
    return kernel <= stride && (dilation == 1 || kernel == 1);
  };
  return apart(op.kernel.h, op.stride.h, op.dilation.h) && apart(op.kernel.w, op.stride.w, op.dilation.w) &&
         op.padding == Extent2{0, 0};
}

dnnl::convolution_forward::primitive_desc describe_convolution(const Conv2d& op, const Sides& s,
                                                               const cpu::Builder& builder) {
  const memory::dims stride{op.stride.h, op.stride.w}, dilation{op.dilation.h - 1, op.dilation.w - 1},
      before{op.padding.h, op.padding.w};
  const memory::dims x = cpu::onednn::dims_of(s.x), y = cpu::onednn::dims_of(s.y);
  const auto after = [](std::int64_t in, std::int64_t out, std::int64_t k, std::int64_t st, std::int64_t d,
                        std::int64_t p) { return (out - 1) * st + (k - 1) * d + 1 - in - p; };
  const memory::dims behind{after(x[2], y[2], op.kernel.h, op.stride.h, op.dilation.h, op.padding.h),
                            after(x[3], y[3], op.kernel.w, op.stride.w, op.dilation.w, op.padding.w)};
  const cpu::onednn::Convolution convolution{
      s.x, any_layout(s.weight), s.bias, s.y, stride, dilation, before, behind};
  return choose(s, convolution, attributes(op.activation), builder.engine());
}

// oneDNN's direct kernels do not accept images narrower than their padding, and its fallback sums in an order
// that depends on the threads. Zero columns to the right of such an image are equivalent to padding: `s`
// becomes that of a wider image.
Rooms widen(const Conv2d& op, Sides& s, cpu::Builder& builder) {
  const auto x = builder.operand(0);
  const auto y = builder.result();
  if (y.shape.w() >= 2 * op.padding.w) return {};
  cpu::Image<float> wide_x{nullptr, x.shape, x.block}, wide_y{nullptr, y.shape, y.block};
  wide_x.shape[3] += 2 * op.padding.w * op.stride.w;
  wide_y.shape[3] += 2 * op.padding.w;
  s.x = layout_of(wide_x.shape, x.block), s.y = layout_of(wide_y.shape, y.block);
  wide_x.data = static_cast<float*>(builder.scratch(s.x.get_size()));
  wide_y.data = static_cast<float*>(builder.scratch(s.y.get_size()));
  const cpu::Image<const float> made{wide_y.data, wide_y.shape, wide_y.block};
  return {wide_x.data, wide_y.data, [=] { move_rows(x, wide_x); }, [=] { move_rows(made, y); }};
}

// A transposed convolution of stride 1 is a convolution with the kernel flipped; oneDNN's own transposed
// convolution has less than half its speed, and no Winograd.
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

// Converts weights from I × O × taps to O × I × taps with the taps reversed; by tiles, so that reads and
// writes are contiguous.
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

// Weights recomputed from the operand before each run.
template <class Renew>
void add_renewed(const dnnl::convolution_forward::primitive_desc& pd, const Sides& s, cpu::Builder& builder,
                 const Rooms& rooms, const Renew& renew) {
  auto* const room = static_cast<float*>(builder.scratch(pd.weights_desc().get_size()));
  const auto source = builder.packed(1, s.weight, s.weight);
  const auto weights = [&] {
    return Weights{std::make_shared<memory>(pd.weights_desc(), builder.engine(), room),
                   [=] { renew(static_cast<const float*>(source->get_data_handle()), room); }};
  };
  add<dnnl::convolution_forward>(pd, s, builder, weights, rooms);
}

void prepare_turned(const ConvTranspose2d& op, cpu::Builder& builder) {
  const Shape weight = builder.operand_shape(1), to{weight[1], weight[0], weight[2], weight[3]};
  Sides s = sides(builder, true);
  s.weight = memory::desc({to[0], to[1], to[2], to[3]}, f32, Tag::oihw);
  const Rooms rooms = widen(turned(op), s, builder);
  const auto pd = describe_convolution(turned(op), s, builder);
  if (pd.weights_desc() == s.weight)
    return add_renewed(pd, s, builder, rooms, [weight](const float* source, float* packed) {
      turn_weights(weight, source, packed);
    });
  auto* const dense = static_cast<float*>(builder.scratch(weight.elements() * sizeof(float)));
  const memory plain(s.weight, builder.engine(), dense);
  const dnnl::reorder reorder({builder.engine(), s.weight, builder.engine(), pd.weights_desc()});
  const dnnl::stream stream(builder.engine());
  add_renewed(pd, s, builder, rooms, [=](const float* source, float* packed) {
    turn_weights(weight, source, dense);
    memory from = plain, into(pd.weights_desc(), plain.get_engine(), packed);
    dnnl::stream queue = stream;
    reorder.execute(queue, from, into);
    queue.wait();
  });
}

}  // namespace

// Chosen by measurement: BENCHMARKS.md.
std::int64_t winograd_tile(const Conv2d& op, const Shape& weight, const cpu::Traits& traits) {
  const std::int64_t outputs = weight[0], inputs = weight[1];
  const bool possible =
      traits.winograd && traits.precision == Precision::fast && op.kernel == Extent2{3, 3} &&
      op.stride == Extent2{1, 1} && op.dilation == Extent2{1, 1} && op.padding == Extent2{1, 1} &&
      inputs % 16 == 0 && outputs % 16 == 0 &&
      (op.activation.kind == ActivationKind::none || op.activation.kind == ActivationKind::relu);
  return possible && inputs >= 64 && outputs >= 64 && inputs <= 1024 && outputs <= 1024 ? 4 : 1;
}

void prepare(const Conv2d& op, cpu::Builder& builder) {
  if (op.kernel == Extent2{1, 1} && op.padding == Extent2{0, 0})
    return add_pointwise({.from = op.stride, .activation = op.activation}, builder);
  if (winograd_tile(op, builder.operand_shape(1), builder.traits()) > 1)
    return add_winograd(op.activation, false, builder);
  Sides s = sides(builder, false);
  const Rooms rooms = widen(op, s, builder);
  add<dnnl::convolution_forward>(describe_convolution(op, s, builder), s, builder, rooms);
}

std::int64_t winograd_tile(const ConvTranspose2d& op, const Shape& weight, const cpu::Traits& traits) {
  return is_turned(op) ? winograd_tile(turned(op), {weight[1], weight[0], weight[2], weight[3]}, traits) : 1;
}

void prepare(const ConvTranspose2d& op, cpu::Builder& builder) {
  if (is_apart(op))
    return add_pointwise({.taps = op.kernel, .to = op.stride, .turned = true, .activation = op.activation},
                         builder);
  if (winograd_tile(op, builder.operand_shape(1), builder.traits()) > 1)
    return add_winograd(op.activation, true, builder);
  if (is_turned(op)) return prepare_turned(op, builder);
  prepare_overlapping(op, builder);
}

}  // namespace terramask::ops
