#include "models/given/build.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "models/given/host.hpp"
#include "models/given/lowering.hpp"
#include "ops/operators.hpp"
#include "terramask/plan.hpp"

namespace terramask::given {
namespace {

using Names = std::map<std::string, Known, std::less<>>;

/// Whether all inputs are known before the network runs, so that the result is too.
bool is_host(const GivenNode& node, const Names& known) {
  if (node.op == "Constant") return true;
  return has_host_form(node.op) && !node.inputs.empty() &&
         std::ranges::all_of(node.inputs, [&](const std::string& name) {
           const auto found = known.find(name);
           return name.empty() || (found != known.end() && std::holds_alternative<Constant>(found->second));
         });
}

Constant evaluate(const GivenNode& node, const Names& known, std::int64_t opset) {
  std::vector<const Constant*> inputs;
  for (const std::string& name : node.inputs)
    inputs.push_back(name.empty() ? nullptr : &std::get<Constant>(known.find(name)->second));
  try {
    return given::evaluate(node, inputs);
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{}: {}", describe(node, opset), error.message()), error.remedy());
  }
}

/// The extents of an image, as far as the graph is concerned: `start` and `end` from opset 15 on.
Constant extents(const Lowering& at, const Shape& shape) {
  const auto rank = static_cast<std::int64_t>(shape.rank());
  const auto bound = [&](const char* name, std::int64_t otherwise) {
    const std::int64_t value = whole_attribute(at.node(), name, otherwise);
    return std::clamp<std::int64_t>(value < 0 ? value + rank : value, 0, rank);
  };
  std::vector<std::int64_t> values;
  for (std::int64_t axis = bound("start", 0); axis < bound("end", rank); ++axis)
    values.push_back(shape[static_cast<std::size_t>(axis)]);
  return whole_constant(std::move(values));
}

void lower(const GivenNetwork& network, const GivenNode& node, Graph& graph, Names& known) {
  Lowering at(network, node, graph, known);
  if (node.outputs.empty() || node.outputs.front().empty()) at.fail("it has no output");
  for (const std::string& name : node.inputs)
    if (!name.empty() && !known.contains(name) && !network.weights.contains(name))
      at.fail(fmt::format("it reads {}, which nothing makes before it", quotation(name)));
  if (is_host(node, known)) return at.set(0, evaluate(node, known, network.opset));
  if (node.op == "Shape") return at.set(0, extents(at, at.shape(at.image(0))));
  if (node.op == "Size") return at.set(0, Constant{{}, std::vector{at.shape(at.image(0)).elements()}});
  const Rule* rule = find_rule(node.op, network.opset);
  if (rule == nullptr) at.refuse("this operator cannot run here yet", "take a network without it");
  try {
    rule->lower(at);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::mismatch) throw;
    throw Error(ErrorCode::mismatch, fmt::format("{}: {}", describe(node, network.opset), error.message()),
                error.remedy());
  }
}

/// The network's own output.
ValueId build_output(const GivenNetwork& network, Graph& graph, ValueId image) {
  Names known;
  known.emplace(network.input, image);
  for (const auto& [name, constant] : network.constants) known.emplace(name, constant);
  for (const GivenNode& node : network.nodes) lower(network, node, graph, known);
  const auto found = known.find(network.output);
  const auto* output = found == known.end() ? nullptr : std::get_if<ValueId>(&found->second);
  if (output == nullptr)
    throw Error(ErrorCode::format,
                fmt::format("its output {} is computed by no node", quotation(network.output)),
                "export the model again");
  if (graph.type(*output).shape.rank() != 4 || graph.type(*output).dtype != DType::f32)
    throw Error(ErrorCode::unsupported,
                fmt::format("its output {} is no image of numbers", quotation(network.output)),
                "take a network for segmentation");
  return *output;
}

}  // namespace

ValueId build(const GivenNetwork& network, Graph& graph, ValueId image) {
  ValueId logits = build_output(network, graph, image);
  if (network.one_logit)
    logits = graph.add1(ops::Conv2d{.kernel = {1, 1}},
                        {logits, graph.add_parameter(kTwoClasses, {2, 1, 1, 1})}, "terramask.two_classes");
  const Shape from = graph.type(logits).shape, to = graph.type(image).shape;
  if (from.h() == to.h() && from.w() == to.w()) return logits;
  const Extent2 factor{to.h() / from.h(), to.w() / from.w()};
  if (factor.h * from.h() != to.h() || factor.w * from.w() != to.w() || factor.h != factor.w)
    throw Error(ErrorCode::unsupported,
                fmt::format("its output has {} × {} pixels where its input has {} × {}", from.h(), from.w(),
                            to.h(), to.w()),
                "take a network whose output has the input's size, or 1/2, 1/4, ... of it");
  return graph.add1(ops::Upsample{factor, ops::UpsampleMode::bilinear}, {logits}, "terramask.enlarged");
}

void settle(GivenNetwork& network, std::int64_t bands) {
  // Multiples of all strides that are in use; at the first that fits, the graph tells its own.
  constexpr std::array<std::int64_t, 4> sizes{1024, 960, 1344, 1232};
  for (const std::int64_t size : sizes) {
    try {
      Graph graph;
      const ValueId image = graph.add_input("image", {DType::f32, {1, bands, size, size}});
      graph.add_output("logits", build(network, graph, image));
      network.stride = footprint(graph).stride;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::mismatch || size == sizes.back()) throw;
      continue;
    }
    break;
  }
  Graph least;
  const ValueId image = least.add_input("image", {DType::f32, {1, bands, network.stride, network.stride}});
  (void)build(network, least, image);
}

std::int64_t output_channels(const GivenNetwork& network, std::int64_t bands) {
  Graph graph;
  const ValueId image = graph.add_input("image", {DType::f32, {1, bands, network.stride, network.stride}});
  return graph.type(build_output(network, graph, image)).shape.c();
}

std::uint32_t host_inputs(const GivenNode& node, std::int64_t opset) {
  const Rule* rule = find_rule(node.op, opset);
  return rule != nullptr ? rule->host_inputs : 0;
}

}  // namespace terramask::given
