#include "ops/initial.hpp"

#include <fmt/format.h>

#include "ops/operators.hpp"

namespace terramask::ops {
namespace {

template <class Op>
Initial initial_of(const Op& op, std::size_t operand, std::span<const ValueType> operands) {
  if constexpr (requires { initial(op, operand, operands); }) {
    return initial(op, operand, operands);
  } else {
    throw Error(
        ErrorCode::internal,
        fmt::format("{}: how a parameter in place of its operand {} begins is not known", Op::name, operand),
        "declare `initial` beside the operator (src/ops/initial.hpp)");
  }
}

}  // namespace

Initial initial_value(const Operator& op, std::size_t operand, std::span<const ValueType> operands) {
#define TERRAMASK_OPERATOR(Type, folder) \
  if (const auto* one = op.as<Type>()) return initial_of(*one, operand, operands);
#include "ops/operators.def"
#undef TERRAMASK_OPERATOR
  throw Error(ErrorCode::internal, fmt::format("no operator {}", op.name()));
}

}  // namespace terramask::ops
