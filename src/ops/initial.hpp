// Initial values of parameters.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Fan-in and fan-out, which determine the spread of random weights.
struct Fans {
  double in;        ///< products per element of the result
  double out;       ///< elements of the result that one element of the operand contributes to
  double pytorchs;  ///< PyTorch's value for `in`
};

struct Initial {
  double value = 0;            ///< of all elements that are not random
  std::optional<Fans> fans{};  ///< random if present
  bool bias = false;           ///< random only where biases are, as in PyTorch
};

/// The initial value of the parameter that is this operand of an operator. An operator with parameters
/// declares, next to its struct:
/// Initial initial(const Op&, std::size_t operand, std::span<const ValueType> operands)
/// ErrorCode::internal, naming operator and operand, if there is no such function.
Initial initial_value(const Operator& op, std::size_t operand, std::span<const ValueType> operands);

}  // namespace terramask::ops
