#include "terramask/tensor.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace terramask {

std::size_t size_of(DType type) {
  switch (type) {
    case DType::u8:
      return 1;
    case DType::f16:
      return 2;
    case DType::f32:
    case DType::i32:
      return 4;
    case DType::f64:
    case DType::i64:
      return 8;
  }
  throw Error(ErrorCode::internal, "size_of: unknown element type");
}

std::string to_string(DType type) {
  switch (type) {
    case DType::u8:
      return "u8";
    case DType::f16:
      return "f16";
    case DType::f32:
      return "f32";
    case DType::f64:
      return "f64";
    case DType::i32:
      return "i32";
    case DType::i64:
      return "i64";
  }
  throw Error(ErrorCode::internal, "to_string: unknown element type");
}

Shape::Shape(std::initializer_list<std::int64_t> extents)
    : Shape(std::span<const std::int64_t>(extents.begin(), extents.size())) {}

Shape::Shape(std::span<const std::int64_t> extents) : rank_(extents.size()) {
  if (extents.size() > extents_.size())
    throw Error(ErrorCode::unsupported, fmt::format("a tensor of rank {} (at most 4)", extents.size()));
  std::copy(extents.begin(), extents.end(), extents_.begin());
}

std::int64_t Shape::elements() const {
  std::int64_t product = 1;
  for (std::size_t axis = 0; axis < rank_; ++axis) product *= extents_[axis];
  return product;
}

std::string to_string(const Shape& shape) {
  std::string text;
  for (std::size_t axis = 0; axis < shape.rank(); ++axis)
    text += fmt::format("{}{}", axis == 0 ? "" : "×", shape[axis]);
  return text.empty() ? "scalar" : text;
}

Tensor::Tensor(Shape shape, DType type)
    : shape_(shape), type_(type), data_(static_cast<std::size_t>(shape.elements()) * size_of(type)) {}

void Tensor::require(DType type) const {
  if (type != type_)
    throw Error(ErrorCode::internal,
                fmt::format("Tensor: asked for {}, holds {}", to_string(type), to_string(type_)));
}

}  // namespace terramask
