// Shapes, element types and host tensors.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "terramask/error.hpp"

namespace terramask {

enum class DType : std::uint8_t { f32, f16, f64, i32, i64, u8 };

std::size_t size_of(DType type);
std::string to_string(DType type);

template <class T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, float>)
    return DType::f32;
  else if constexpr (std::is_same_v<T, double>)
    return DType::f64;
  else if constexpr (std::is_same_v<T, std::int32_t>)
    return DType::i32;
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return DType::i64;
  else {
    static_assert(std::is_same_v<T, std::uint8_t>, "no element type for T");
    return DType::u8;
  }
}

/// Extents of up to four axes, row-major, the last axis fastest. Images are N × C × H × W, convolution
/// weights O × I × Kh × Kw (transposed convolutions I × O × Kh × Kw, as PyTorch), vectors have one axis.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<std::int64_t> extents);
  explicit Shape(std::span<const std::int64_t> extents);

  std::size_t rank() const { return rank_; }
  std::int64_t operator[](std::size_t axis) const { return extents_[axis]; }
  std::int64_t& operator[](std::size_t axis) { return extents_[axis]; }
  /// Number of elements; 1 for rank 0.
  std::int64_t elements() const;

  /// Image axes; only for rank 4.
  std::int64_t n() const { return extents_[0]; }
  std::int64_t c() const { return extents_[1]; }
  std::int64_t h() const { return extents_[2]; }
  std::int64_t w() const { return extents_[3]; }

  bool operator==(const Shape&) const = default;

 private:
  std::array<std::int64_t, 4> extents_{};
  std::size_t rank_ = 0;
};

/// "1×16×256×256"
std::string to_string(const Shape& shape);

/// A dense host tensor that owns its elements.
class Tensor {
 public:
  Tensor() = default;
  Tensor(Shape shape, DType type);
  /// Copies `values`; their number must equal shape.elements().
  template <class T>
  Tensor(Shape shape, std::span<const T> values) : Tensor(shape, dtype_of<T>()) {
    if (static_cast<std::int64_t>(values.size()) != shape.elements())
      throw Error(ErrorCode::internal, "Tensor: number of values does not fit the shape");
    std::copy(values.begin(), values.end(), this->values<T>().begin());
  }

  const Shape& shape() const { return shape_; }
  DType dtype() const { return type_; }
  std::span<std::byte> bytes() { return data_; }
  std::span<const std::byte> bytes() const { return data_; }

  /// The elements as T; throws ErrorCode::internal where T is not the element type.
  template <class T>
  std::span<T> values() {
    require(dtype_of<T>());
    return {reinterpret_cast<T*>(data_.data()), data_.size() / sizeof(T)};
  }
  template <class T>
  std::span<const T> values() const {
    require(dtype_of<T>());
    return {reinterpret_cast<const T*>(data_.data()), data_.size() / sizeof(T)};
  }

 private:
  void require(DType type) const;

  Shape shape_;
  DType type_ = DType::f32;
  std::vector<std::byte> data_;
};

}  // namespace terramask
