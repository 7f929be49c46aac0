// Shape arithmetic: what ONNX graphs compute from extents and constants. It is done when a graph is built.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "terramask/given_network.hpp"

namespace terramask::given {

/// What files may hold: nodes, axes of a tensor, elements of one that is no weight.
inline constexpr std::size_t kMostNodes = 100'000, kMostAxes = 8;
inline constexpr std::int64_t kMostElements = 1'000'000;

/// Number of elements; throws ErrorCode::format for negative extents and more than kMostElements.
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
