// The graph of a given network, for a size of its input.
#pragma once

#include "terramask/given_network.hpp"
#include "terramask/graph.hpp"

namespace terramask::given {

/// The parameter [2, 1, 1, 1] that makes two channels of one logit: 0 and 1.
inline constexpr const char* kTwoClasses = "terramask.two_classes.weight";

/// Appends the network's nodes. Shape arithmetic is done here; values keep their names.
/// @param image  N × C × H × W
/// @return the logits, of the image's height and width
/// Errors, naming the node: unsupported (an operator or a form of it that cannot run here), mismatch, format.
ValueId build(const GivenNetwork& network, Graph& graph, ValueId image);

/// Finds the network's stride, by building it. Errors: those of `build`.
/// @param bands  channels of the image
void settle(GivenNetwork& network, std::int64_t bands);

/// Channels of the logits, before they are made two of one.
std::int64_t output_channels(const GivenNetwork& network, std::int64_t bands);

/// Inputs of a node that must be known before the network runs, one bit each.
std::uint32_t host_inputs(const GivenNode& node, std::int64_t opset);

}  // namespace terramask::given
