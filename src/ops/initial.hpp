// How parameters begin, before training.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "terramask/operator.hpp"

namespace terramask::ops {

/// What random weights are spread by.
struct Fans {
  double in;        ///< products that make one element of the result
  double out;       ///< elements of the result that one of the operand goes into
  double pytorchs;  ///< what PyTorch takes for `in`
};

struct Initial {
  double value = 0;            ///< of every element that is not drawn
  std::optional<Fans> fans{};  ///< drawn at random
  bool bias = false;           ///< drawn only where biases are, as PyTorch does
};

/// How the parameter begins that is this operand of an operator. An operator with parameters says so beside
/// its struct:
///   Initial initial(const Op&, std::size_t operand, std::span<const ValueType> operands)
/// ErrorCode::internal, naming operator and operand, where it says nothing.
Initial initial_value(const Operator& op, std::size_t operand, std::span<const ValueType> operands);

}  // namespace terramask::ops
