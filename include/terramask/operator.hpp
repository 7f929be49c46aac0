// The interface of operators to the graph. An operator is a plain struct of attributes
// (`Conv2d{.stride = {2, 2}}`) with a few free functions beside it, all in src/ops/<operator>/op.cpp.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <vector>

#include "terramask/tensor.hpp"

namespace terramask {

/// Element type and shape of an edge.
struct ValueType {
  DType dtype = DType::f32;
  Shape shape;
  bool operator==(const ValueType&) const = default;
  std::uint64_t bytes() const { return static_cast<std::uint64_t>(shape.elements()) * size_of(dtype); }
};

/// Rows × columns: kernel sizes, strides, paddings, dilations.
struct Extent2 {
  std::int64_t h = 1;
  std::int64_t w = 1;
  bool operator==(const Extent2&) const = default;
};

/// Half-open interval of positions along one image axis; may be negative.
struct Interval {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  bool operator==(const Interval&) const = default;
};

enum class Axis : std::uint8_t { rows, columns };

/// Result pixels per operand pixel, as a fraction: a convolution of stride 2 has 1/2, an upsampling by 2 has
/// 2/1.
struct Rate {
  std::int64_t numerator = 1;
  std::int64_t denominator = 1;
  bool operator==(const Rate&) const = default;
};

class Backward;

/// An operator with its attributes, type-erased; a cheap value.
///
/// A type Op is an operator if these are declared beside it (found by argument-dependent lookup):
///   static constexpr std::string_view Op::name
///   std::vector<ValueType> infer(const Op&, std::span<const ValueType> operands)
///       checks the operands (ErrorCode::mismatch, naming what was expected and found) and returns the types
///       of the results
///   double flops(const Op&, std::span<const ValueType> operands, std::span<const ValueType> results)
///       or static constexpr bool moves_values = true, where nothing is computed
///   std::string describe(const Op&)        "3×3 stride 2 pad 1 + relu"; not where there are no attributes
/// An operator whose result is the concatenation of its operands along the channels declares
///   static constexpr bool joins_channels = true
/// and a plan may then compute the operands in place.
/// An operator whose result at a position depends only on its operands at that position declares
///   static constexpr bool pixelwise = true
/// Optional, where they hold:
///   Interval reach(const Op&, std::size_t operand, Axis axis, Interval result)
///       which positions of the operand the result's positions depend on
///   Rate rate(const Op&, Axis axis)
///       both for operators of inference networks: tiling needs them
///   void differentiate(const Op&, Backward&)
///       appends the nodes of its gradient (terramask/differentiate.hpp)
///   static constexpr bool updates_in_place = true
///       result i, element by element, may lie where the operand of its type lay that it replaces
///   static constexpr bool makes_weights = true
///       its results are weights or vectors, never images, whatever their shape
class Operator {
 public:
  template <class Op>
  requires requires {
    { Op::name } -> std::convertible_to<std::string_view>;
  }
  Operator(Op attributes) : self_(std::make_shared<const Model<Op>>(std::move(attributes))) {}  // NOLINT

  std::string_view name() const { return self_->name(); }
  std::vector<ValueType> infer(std::span<const ValueType> operands) const { return self_->infer(operands); }
  double flops(std::span<const ValueType> operands, std::span<const ValueType> results) const {
    return self_->flops(operands, results);
  }
  Interval reach(std::size_t operand, Axis axis, Interval result) const {
    return self_->reach(operand, axis, result);
  }
  Rate rate(Axis axis) const { return self_->rate(axis); }
  std::string describe() const { return self_->describe(); }
  bool joins_channels() const { return self_->joins_channels(); }
  bool updates_in_place() const { return self_->updates_in_place(); }
  bool makes_weights() const { return self_->makes_weights(); }
  /// ErrorCode::unsupported where the operator has no gradient.
  void differentiate(Backward& backward) const { self_->differentiate(backward); }

  /// The attributes as Op, or null where this is another operator.
  template <class Op>
  const Op* as() const {
    return self_->type() == typeid(Op) ? static_cast<const Op*>(self_->attributes()) : nullptr;
  }

 private:
  struct Concept {
    virtual ~Concept() = default;
    virtual std::string_view name() const = 0;
    virtual std::vector<ValueType> infer(std::span<const ValueType>) const = 0;
    virtual double flops(std::span<const ValueType>, std::span<const ValueType>) const = 0;
    virtual Interval reach(std::size_t, Axis, Interval) const = 0;
    virtual Rate rate(Axis) const = 0;
    virtual std::string describe() const = 0;
    virtual bool joins_channels() const = 0;
    virtual bool updates_in_place() const = 0;
    virtual bool makes_weights() const = 0;
    virtual void differentiate(Backward&) const = 0;
    virtual const std::type_info& type() const = 0;
    virtual const void* attributes() const = 0;
  };

  // The names of the free functions, so that the members below do not hide them.
  template <class Op>
  struct Model;

  std::shared_ptr<const Concept> self_;
};

namespace operator_detail {
template <class Op>
auto call_infer(const Op& op, std::span<const ValueType> in) {
  return infer(op, in);
}
template <class Op>
double call_flops(const Op& op, std::span<const ValueType> in, std::span<const ValueType> out) {
  if constexpr (requires { Op::moves_values; })
    return 0;
  else
    return flops(op, in, out);
}
[[noreturn]] inline void no_field(std::string_view name) {
  throw Error(ErrorCode::internal, std::string(name) + " has no receptive field: it stands in no network");
}
template <class Op>
Interval call_reach(const Op& op, std::size_t operand, Axis axis, Interval result) {
  if constexpr (requires { reach(op, operand, axis, result); })
    return reach(op, operand, axis, result);
  else if constexpr (requires { Op::pixelwise; })
    return result;
  else
    no_field(Op::name);
}
template <class Op>
Rate call_rate(const Op& op, Axis axis) {
  if constexpr (requires { rate(op, axis); })
    return rate(op, axis);
  else if constexpr (requires { Op::pixelwise; })
    return {1, 1};
  else
    no_field(Op::name);
}
template <class Op>
std::string call_describe(const Op& op) {
  if constexpr (std::is_empty_v<Op>)
    return {};
  else
    return describe(op);
}
template <class Op>
concept Differentiable = requires(const Op& op, Backward& backward) {
  differentiate(op, backward);
};
template <class Op>
void call_differentiate(const Op& op, Backward& backward) {
  if constexpr (Differentiable<Op>)
    differentiate(op, backward);
  else
    throw Error(ErrorCode::unsupported, std::string(Op::name) + " has no gradient",
                "put nothing that is to be trained before it");
}
}  // namespace operator_detail

template <class Op>
struct Operator::Model final : Operator::Concept {
  explicit Model(Op attributes) : op(std::move(attributes)) {}
  std::string_view name() const override { return Op::name; }
  std::vector<ValueType> infer(std::span<const ValueType> in) const override {
    return operator_detail::call_infer(op, in);
  }
  double flops(std::span<const ValueType> in, std::span<const ValueType> out) const override {
    return operator_detail::call_flops(op, in, out);
  }
  Interval reach(std::size_t operand, Axis axis, Interval result) const override {
    return operator_detail::call_reach(op, operand, axis, result);
  }
  Rate rate(Axis axis) const override { return operator_detail::call_rate(op, axis); }
  std::string describe() const override { return operator_detail::call_describe(op); }
  bool joins_channels() const override {
    if constexpr (requires { Op::joins_channels; }) return Op::joins_channels;
    return false;
  }
  bool updates_in_place() const override {
    if constexpr (requires { Op::updates_in_place; }) return Op::updates_in_place;
    return false;
  }
  bool makes_weights() const override {
    if constexpr (requires { Op::makes_weights; }) return Op::makes_weights;
    return false;
  }
  void differentiate(Backward& backward) const override { operator_detail::call_differentiate(op, backward); }
  const std::type_info& type() const override { return typeid(Op); }
  const void* attributes() const override { return &op; }

  Op op;
};

}  // namespace terramask
