// Draws numbers for a graph, runs it on the reference and on executors, and says how far they may differ.
#pragma once

#include <ostream>

#include "cases.hpp"
#include "terramask/executor.hpp"

namespace terramask::tests {

struct Configuration {
  std::string name;
  ExecutorOptions options;

  friend void PrintTo(const Configuration& configuration, std::ostream* out) { *out << configuration.name; }
};

/// Every executor the operators are tested on; a further one is a line there. The device is that of
/// TERRAMASK_TEST_DEVICE, or "vulkan". Most poison their buffers, so that what a kernel leaves unwritten or
/// writes beyond its result shows.
const std::vector<Configuration>& configurations();
/// Those whose buffers share bytes, with concatenations made in place: what whole networks run on.
const std::vector<Configuration>& sharing_configurations();
/// One executor for each configuration, made at its first use and shared by the whole test program.
Executor& executor(const Configuration& configuration);

enum class Numbers : std::uint8_t {
  halves,  ///< small multiples of ½: sums of products are exact in single precision
  normal,  ///< normally distributed, rounded to single precision
};
Values draw(const Graph& graph, Numbers numbers, std::mt19937& random);
/// The case's numbers; the same at every call.
Values draw(const Case& test, const Graph& graph, Numbers numbers);

/// Every value of the graph in double precision, without a plan; by ValueId.
std::vector<reference::Array> evaluate_all(const Graph& graph, const Values& values);
Arrays outputs_of(const Graph& graph, const std::vector<reference::Array>& all);

Parameters to_parameters(const Arrays& arrays);
Arrays run_on(Executor& executor, const Graph& graph, const Values& values);

/// How far each value may be from `all`, element by element; 0 where equality is demanded: single precision
/// has 1e-5 · Σ|x||w| for a convolution and less for what does less, and what an operator's operands are off
/// by is propagated. On halves, operators that only add and multiply are exact.
/// @param winograd allows 3 × 3 convolutions Winograd's larger error: 4e-5 of the largest Σ|x||w| within a
///        tile's reach, because its transforms mix the pixels of a tile
std::vector<reference::Array> error_bounds(const Graph& graph, const std::vector<reference::Array>& all,
                                           Numbers numbers, bool winograd);

/// Empty where `found` is within `bounds` of `expected` (NaN only where NaN is expected), else the first and
/// the number of differences.
std::string differences(const reference::Array& expected, const reference::Array& found,
                        const reference::Array& bounds);

}  // namespace terramask::tests
