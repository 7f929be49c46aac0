// ONNX nodes as graphs of this project's operators.
#pragma once

#include <variant>

#include "harness.hpp"
#include "onnx_case.hpp"

namespace terramask::tests {

/// A node case that the operators can express.
struct OnnxGraph {
  Graph graph;
  Values values;
  Arrays expected;  ///< by the graph's output names, in the graph's shapes
};

/// The graph, or why there is none.
std::variant<OnnxGraph, std::string> express(const OnnxCase& node);

}  // namespace terramask::tests
