#include "onnx_graph.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include "ops/operators.hpp"

namespace terramask::tests {
namespace {

using ops::ActivationKind;

// Thrown inside this file alone, where a case is beyond the operators.
struct Inexpressible {
  std::string why;
};

void require(bool condition, const std::string& why) {
  if (!condition) throw Inexpressible{why};
}

Shape to_shape(const std::vector<std::int64_t>& extents) {
  require(extents.size() <= 4, "more than four axes");
  return Shape(std::span<const std::int64_t>(extents));
}

/// Rows and columns of a pair attribute, as "strides" or "kernel_shape".
Extent2 pair(const OnnxCase& node, const std::string& name, const Extent2& usual) {
  const auto values = node.integers(name, {usual.h, usual.w});
  require(values.size() == 2, "not two-dimensional");
  return {values[0], values[1]};
}

struct Pads {
  std::int64_t top = 0, left = 0, bottom = 0, right = 0;
  bool symmetric() const { return top == bottom && left == right; }
};

class Builder {
 public:
  explicit Builder(const OnnxCase& node) : node_(node) {}

  OnnxGraph run() {
    require(node_.nodes == 1, "more than one node");
    const auto found = table().find(node_.op);
    require(found != table().end(), "no operator " + node_.op);
    for (const auto& [name, tensor] : node_.given)
      require(!tensor.values.empty() || tensor.shape == std::vector<std::int64_t>{0}, "element type");
    (this->*found->second)();
    return std::move(result_);
  }

 private:
  using Member = void (Builder::*)();

  static const std::map<std::string, Member>& table() {
    static const std::map<std::string, Member> members{
        {"Conv", &Builder::conv},
        {"ConvTranspose", &Builder::conv_transpose},
        {"MaxPool", &Builder::max_pool},
        {"GlobalMaxPool", &Builder::max_pool},
        {"MaxUnpool", &Builder::max_unpool},
        {"AveragePool", &Builder::average_pool},
        {"GlobalAveragePool", &Builder::average_pool},
        {"BatchNormalization", &Builder::batch_norm},
        {"Resize", &Builder::resize},
        {"Upsample", &Builder::resize},
        {"Softmax", &Builder::softmax},
        {"ArgMax", &Builder::argmax},
        {"Concat", &Builder::concat},
        {"Pad", &Builder::pad},
        {"Add", &Builder::add},
        {"Relu", &Builder::activation},
        {"LeakyRelu", &Builder::activation},
        {"Elu", &Builder::activation},
        {"Sigmoid", &Builder::activation},
        {"Tanh", &Builder::activation},
    };
    return members;
  }

  const OnnxTensor& operand(std::size_t index) const {
    const OnnxTensor* tensor = node_.operand(index);
    require(tensor != nullptr, "an operand is left out");
    return *tensor;
  }

  ValueId input(std::size_t index, const Shape& shape, DType type = DType::f32) {
    const OnnxTensor& tensor = operand(index);
    require(tensor.type == 1 || type == DType::i32, "element type");
    result_.values.inputs[tensor.name] = {shape, tensor.values};
    return result_.graph.add_input(tensor.name, {type, shape});
  }
  /// As an image, axes of one position before those it has.
  ValueId input(std::size_t index) {
    auto extents = operand(index).shape;
    require(extents.size() <= 4, "more than four axes");
    extents.insert(extents.begin(), 4 - extents.size(), 1);
    return input(index, to_shape(extents));
  }
  ValueId image() {
    require(operand(0).shape.size() == 4, "not two-dimensional");
    return input(0);
  }

  ValueId parameter(std::size_t index) {
    const OnnxTensor& tensor = operand(index);
    result_.values.parameters[tensor.name] = {to_shape(tensor.shape), tensor.values};
    return result_.graph.add_parameter(tensor.name, to_shape(tensor.shape));
  }

  void expect(std::size_t index, ValueId value) {
    const OnnxTensor& tensor = node_.expected.at(node_.outputs.at(index));
    const Shape& shape = result_.graph.type(value).shape;
    require(shape.elements() == static_cast<std::int64_t>(tensor.values.size()), "another result shape");
    result_.graph.add_output(tensor.name, value);
    result_.expected[tensor.name] = {shape, tensor.values};
  }

  /// A tensor seen as [what stands before the axis, the axis, what stands behind it, 1].
  Shape around_axis(std::size_t index, std::int64_t axis) const {
    const auto& shape = operand(index).shape;
    const auto at = shape.begin() + (axis < 0 ? axis + static_cast<std::int64_t>(shape.size()) : axis);
    const auto product = [](auto from, auto to) {
      return std::accumulate(from, to, std::int64_t{1}, std::multiplies<>());
    };
    return {product(shape.begin(), at), *at, product(at + 1, shape.end()), 1};
  }

  /// Explicit pads, or those that SAME asks for.
  Pads pads(const Extent2& kernel, const Extent2& stride, const Extent2& dilation) const {
    const std::string automatic = node_.text("auto_pad", "NOTSET");
    if (automatic == "NOTSET" || automatic == "VALID") {
      const auto p = node_.integers("pads", {0, 0, 0, 0});
      require(p.size() == 4, "not two-dimensional");
      return {p[0], p[1], p[2], p[3]};
    }
    const auto missing = [](std::int64_t extent, std::int64_t k, std::int64_t s, std::int64_t d) {
      return std::max<std::int64_t>(0, ((extent + s - 1) / s - 1) * s + d * (k - 1) + 1 - extent);
    };
    const std::int64_t rows = missing(operand(0).shape.at(2), kernel.h, stride.h, dilation.h);
    const std::int64_t columns = missing(operand(0).shape.at(3), kernel.w, stride.w, dilation.w);
    if (automatic == "SAME_UPPER") return {rows / 2, columns / 2, rows - rows / 2, columns - columns / 2};
    return {rows - rows / 2, columns - columns / 2, rows / 2, columns / 2};
  }

  void conv() {
    const ValueId x = image();
    const auto& w = operand(1).shape;
    require(node_.integer("group", 1) == 1, "groups");
    ops::Conv2d op{.kernel = {w.at(2), w.at(3)},
                   .stride = pair(node_, "strides", {1, 1}),
                   .dilation = pair(node_, "dilations", {1, 1})};
    const Pads p = pads(op.kernel, op.stride, op.dilation);
    ValueId padded = x;
    if (p.symmetric())
      op.padding = {p.top, p.left};
    else
      padded = result_.graph.add1(ops::Pad{p.top, p.bottom, p.left, p.right}, {x});
    std::vector<ValueId> operands{padded, parameter(1)};
    if (node_.operand(2) != nullptr) operands.push_back(parameter(2));
    expect(0, result_.graph.add1(op, operands));
  }

  // Without padding, then cropped: pads may be asymmetric and larger than the operator's own.
  void conv_transpose() {
    const ValueId x = image();
    const auto& w = operand(1).shape;
    require(node_.integer("group", 1) == 1, "groups");
    const ops::ConvTranspose2d op{.kernel = {w.at(2), w.at(3)},
                                  .stride = pair(node_, "strides", {1, 1}),
                                  .dilation = pair(node_, "dilations", {1, 1})};
    std::vector<ValueId> operands{x, parameter(1)};
    if (node_.operand(2) != nullptr) operands.push_back(parameter(2));
    const ValueId whole = result_.graph.add1(op, operands);
    const Shape& shape = result_.graph.type(whole).shape;
    const Extent2 more = pair(node_, "output_padding", {0, 0});
    Extent2 size = pair(node_, "output_shape", {0, 0});
    const bool same = node_.text("auto_pad", "NOTSET").starts_with("SAME");
    if (same) size = {operand(0).shape[2] * op.stride.h, operand(0).shape[3] * op.stride.w};
    Pads p = same ? Pads{} : pads(op.kernel, op.stride, op.dilation);
    if (size.h > 0) {
      // What must go is shared out; an odd one goes at the end under SAME_UPPER, else at the beginning. What
      // is missing comes at the end.
      const std::int64_t rows = shape.h() + more.h - size.h, columns = shape.w() + more.w - size.w;
      const bool upper = node_.text("auto_pad", "NOTSET") == "SAME_UPPER";
      p.top = rows < 0 ? 0 : upper ? rows / 2 : rows - rows / 2;
      p.left = columns < 0 ? 0 : upper ? columns / 2 : columns - columns / 2;
      p.bottom = rows - p.top;
      p.right = columns - p.left;
    }
    expect(0, result_.graph.add1(ops::Pad{-p.top, more.h - p.bottom, -p.left, more.w - p.right}, {whole}));
  }

  template <class Pool>
  Pool pool() const {
    const auto& shape = operand(0).shape;
    require(shape.size() == 4, "not two-dimensional");
    Pool op;
    if (node_.op.starts_with("Global")) {
      op.kernel = op.stride = {shape[2], shape[3]};
      return op;
    }
    op.kernel = pair(node_, "kernel_shape", {0, 0});
    op.stride = pair(node_, "strides", {1, 1});
    require(pair(node_, "dilations", {1, 1}) == Extent2{1, 1}, "a dilated pool");
    const Pads p = pads(op.kernel, op.stride, {1, 1});
    require(p.symmetric(), "asymmetric padding of a pool");
    require(2 * p.top <= op.kernel.h && 2 * p.left <= op.kernel.w, "padding beyond half the pool's kernel");
    op.padding = {p.top, p.left};
    return op;
  }

  void max_pool() {
    auto op = pool<ops::MaxPool>();
    op.indices = node_.outputs.size() > 1;
    const auto made = result_.graph.add(op, {image()});
    expect(0, made[0]);
    if (!op.indices) return;
    const Shape& shape = result_.graph.type(made[0]).shape;
    require(shape.n() * shape.c() == 1, "indices into the whole tensor");
    expect(1, made[1]);
    // Column by column, where the case wants it: index = column · H + row.
    if (node_.integer("storage_order", 0) == 1) {
      const auto& in = operand(0).shape;
      for (double& index : result_.expected.at(node_.outputs[1]).values) {
        const auto i = static_cast<std::int64_t>(index);
        index = static_cast<double>(i % in[2] * in[3] + i / in[2]);
      }
    }
  }

  void max_unpool() {
    const ValueId x = image();
    const auto& in = operand(0).shape;
    require(in[0] * in[1] == 1, "indices into the whole tensor");
    ops::MaxUnpool op{.kernel = pair(node_, "kernel_shape", {0, 0}),
                      .stride = pair(node_, "strides", {1, 1})};
    require(!node_.has("pads"), "padding of an unpool");
    op.output = {(in[2] - 1) * op.stride.h + op.kernel.h, (in[3] - 1) * op.stride.w + op.kernel.w};
    if (node_.operand(2) != nullptr) {
      const Extent2 wanted{static_cast<std::int64_t>(operand(2).values[2]),
                           static_cast<std::int64_t>(operand(2).values[3])};
      require(wanted == op.output, "indices of a plane of another size");
    }
    expect(0, result_.graph.add1(op, {x, input(1, to_shape(operand(1).shape), DType::i32)}));
  }

  void average_pool() {
    auto op = pool<ops::AvgPool>();
    op.count_include_pad = node_.integer("count_include_pad", 0) == 1;
    expect(0, result_.graph.add1(op, {image()}));
  }

  void batch_norm() {
    require(node_.integer("training_mode", 0) == 0, "training");
    std::vector<ValueId> operands{image()};
    for (std::size_t i = 1; i < 5; ++i) operands.push_back(parameter(i));
    expect(0, result_.graph.add1(ops::BatchNorm{.epsilon = node_.number("epsilon", 1e-5)}, operands));
  }

  void resize() {
    const ValueId x = image();
    const std::string mode = node_.text("mode", "nearest");
    require(mode == "nearest" || mode == "linear", "mode " + mode);
    require(node_.text("coordinate_transformation_mode", "half_pixel") == "half_pixel",
            "other coordinates than half pixels");
    require(node_.text("nearest_mode", "round_prefer_floor") == "round_prefer_floor", "another nearest");
    require(node_.integer("antialias", 0) == 0, "antialias");
    const auto& from = operand(0).shape;
    const auto& to = node_.expected.at(node_.outputs[0]).shape;
    require(to[2] % from[2] == 0 && to[3] % from[3] == 0, "no whole factor");
    const ops::Upsample op{{to[2] / from[2], to[3] / from[3]},
                           mode == "nearest" ? ops::UpsampleMode::nearest : ops::UpsampleMode::bilinear};
    expect(0, result_.graph.add1(op, {x}));
  }

  void softmax() {
    expect(0, result_.graph.add1(ops::Softmax{}, {input(0, around_axis(0, node_.integer("axis", -1)))}));
  }

  void argmax() {
    require(node_.integer("select_last_index", 0) == 0, "the last of equals");
    expect(0, result_.graph.add1(ops::Argmax{}, {input(0, around_axis(0, node_.integer("axis", 0)))}));
  }

  void concat() {
    std::vector<ValueId> operands;
    for (std::size_t i = 0; i < node_.inputs.size(); ++i)
      operands.push_back(input(i, around_axis(i, node_.integer("axis", 0))));
    expect(0, result_.graph.add1(ops::Concat{}, operands));
  }

  void pad() {
    require(node_.text("mode", "constant") == "constant", "mode " + node_.text("mode", ""));
    const OnnxTensor* value = node_.operand(2);
    require(value == nullptr || value->values.at(0) == 0, "a constant that is not 0");
    require(node_.operand(3) == nullptr, "axes");
    const auto& p = operand(1).values;
    require(p.size() == 8 && p[0] == 0 && p[1] == 0 && p[4] == 0 && p[5] == 0, "padded channels");
    const auto amount = [&](std::size_t i) { return static_cast<std::int64_t>(p[i]); };
    expect(0, result_.graph.add1(ops::Pad{amount(2), amount(6), amount(3), amount(7)}, {image()}));
  }

  void add() {
    require(operand(0).shape == operand(1).shape, "broadcasting");
    expect(0, result_.graph.add1(ops::Add{}, {input(0), input(1)}));
  }

  void activation() {
    ops::Activation activation;
    if (node_.op == "Relu") activation = {ActivationKind::relu, 0};
    if (node_.op == "LeakyRelu")
      activation = {ActivationKind::leaky_relu, static_cast<float>(node_.number("alpha", 0.01))};
    if (node_.op == "Elu") activation = {ActivationKind::elu, static_cast<float>(node_.number("alpha", 1))};
    if (node_.op == "Sigmoid") activation = {ActivationKind::sigmoid, 0};
    if (node_.op == "Tanh") activation = {ActivationKind::tanh, 0};
    expect(0, result_.graph.add1(ops::Activate{activation}, {input(0)}));
  }

  const OnnxCase& node_;
  OnnxGraph result_;
};

}  // namespace

std::variant<OnnxGraph, std::string> express(const OnnxCase& node) {
  try {
    return Builder(node).run();
  } catch (const Inexpressible& inexpressible) {
    return inexpressible.why;
  }
}

}  // namespace terramask::tests
