// The reference executor: double precision, simple and slow. It runs the same plans and defines the correct
// results.
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

using Operands = std::span<const Array* const>;
using Results = std::span<Array>;

/// Whether `a` takes precedence over `b` in a maximum: a NaN counts as the largest; of equal values neither
/// does.
inline bool exceeds(double a, double b) {
  return a > b || (a != a && b == b);
}

Array make_array(const Shape& shape, double fill = 0);
Array to_array(const Tensor& tensor);

/// Evaluates one node. Every operator's folder defines `evaluate(const Op&, operands, results)` in
/// reference.cpp; results are passed with their shapes.
void evaluate(const Operator& op, Operands operands, Results results);

/// Runs a whole graph in the plan's order *in the plan's memory*: once another value has overwritten a
/// value's bytes, reading it is ErrorCode::internal. So is a node whose results or scratch overlap its
/// operands (except operands that the plan reuses in place), or a place outside its chunk.
/// Errors: mismatch if an input or parameter is missing or has another shape.
/// @return every output by name
std::map<std::string, Array> run(const Plan& plan, const std::map<std::string, Array>& inputs,
                                 const std::map<std::string, Array>& parameters);

/// The same for a graph with variables: `variables` contains their values and is updated by the run.
std::map<std::string, Array> run(const Plan& plan, const std::map<std::string, Array>& inputs,
                                 const std::map<std::string, Array>& parameters,
                                 std::map<std::string, Array>& variables);

}  // namespace terramask::reference
