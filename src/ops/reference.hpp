// The reference executor: double precision, plain and slow; it runs the same plans and says what is right.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "terramask/plan.hpp"

namespace terramask::reference {

/// A dense tensor of doubles; integers and indices are held exactly.
struct Array {
  Shape shape;
  std::vector<double> values;

  double& at(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) {
    return values[static_cast<std::size_t>(((n * shape[1] + c) * shape[2] + h) * shape[3] + w)];
  }
  double at(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w) const {
    return values[static_cast<std::size_t>(((n * shape[1] + c) * shape[2] + h) * shape[3] + w)];
  }
};

/// Whether `a` comes before `b` where the largest wins: a NaN counts as the largest, and of equals neither
/// does.
inline bool exceeds(double a, double b) {
  return a > b || (a != a && b == b);
}

Array make_array(const Shape& shape, double fill = 0);
Array to_array(const Tensor& tensor);

/// One node: results for operands. Every operator's folder has `evaluate(const Op&, operands, results)` in
/// reference.cpp; results come with their shapes.
void evaluate(const Operator& op, std::span<const Array* const> operands, std::span<Array> results);

/// A whole graph, run in the plan's order *through the plan's places*: a value whose bytes another takes is
/// gone, and reading it is ErrorCode::internal, as is a node whose results or scratch overlap what it reads
/// (operands that a plan joins in place apart) or a place outside its chunk.
/// Errors: mismatch where an input or parameter is missing or has another shape.
/// @return every output by name
std::map<std::string, Array> run(const Plan& plan, const std::map<std::string, Array>& inputs,
                                 const std::map<std::string, Array>& parameters);

/// The same where the graph has variables: their values before the run, and after it.
std::map<std::string, Array> run(const Plan& plan, const std::map<std::string, Array>& inputs,
                                 const std::map<std::string, Array>& parameters,
                                 std::map<std::string, Array>& variables);

}  // namespace terramask::reference
