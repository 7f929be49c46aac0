// The operators' test table: operator × shapes. A new operator has its entries in cases.cpp; every executor,
// the plan and the reference are tested over all of them.
#pragma once

#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "ops/reference.hpp"
#include "terramask/graph.hpp"

namespace terramask::tests {

using Arrays = std::map<std::string, reference::Array>;

/// What a graph is run on.
struct Values {
  Arrays inputs;
  Arrays parameters;  ///< and variables, before the run
};

struct Case {
  std::string op;    ///< the operator's name, or "network" for several together
  std::string name;  ///< "3x3 s2 p1, 2×5×17×19 to 7"
  std::function<Graph()> build;
  /// Changes the numbers drawn for it, where they must not be any: indices, NaNs, large values.
  std::function<void(Values&, std::mt19937&)> adjust = {};
};

const std::vector<Case>& cases();
std::vector<Case> cases_of(const std::string& op);
/// The operators of the table, in its order.
std::vector<std::string> case_operators();

/// Indices into planes of `output` that each name a position within their own window.
reference::Array draw_indices(const Shape& shape, const Extent2& kernel, const Extent2& stride,
                              const Extent2& padding, const Extent2& output, std::mt19937& random);

}  // namespace terramask::tests
