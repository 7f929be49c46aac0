// Shape arithmetic: what ONNX graphs compute from extents and constants. It is done when a graph is built.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "terramask/given_network.hpp"

namespace terramask::given {

/// Number of elements; throws ErrorCode::format for negative extents and more than a million elements.
std::int64_t elements(std::span<const std::int64_t> shape);

/// The values as whole numbers; real ones are truncated, as by ONNX's Cast.
std::vector<std::int64_t> whole_values(const Constant& constant);
std::vector<double> real_values(const Constant& constant);

Constant whole_constant(std::vector<std::int64_t> values);

/// Whether an operator of this name can be computed from constants.
bool has_host_form(std::string_view op);

/// The result of a node whose inputs are all constants; null stands for an input left out. Throws
/// ErrorCode::format where they do not fit.
Constant evaluate(const GivenNode& node, std::span<const Constant* const> inputs);

}  // namespace terramask::given
