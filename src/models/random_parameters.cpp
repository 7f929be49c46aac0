// Parameters for untrained networks, the same with every compiler and standard library: only integers and
// correctly rounded operations.
#include <algorithm>
#include <cmath>

#include "core/random.hpp"
#include "ops/initial.hpp"
#include "terramask/network.hpp"

namespace terramask {
namespace {

// SplitMix64 at a position of its stream.
std::uint64_t random_bits(std::uint64_t key, std::uint64_t counter) {
  return mix(key + counter * kGoldenStep);
}

// Mean 0, variance 1, approximately normal: the sum of twelve uniform numbers of 16 bits.
double random_normal(std::uint64_t key, std::uint64_t counter) {
  std::int64_t sum = 0;
  for (std::uint64_t word = 0; word < 3; ++word)
    for (std::uint64_t bits = random_bits(key, 3 * counter + word), i = 0; i < 4; ++i, bits >>= 16)
      sum += static_cast<std::int64_t>(bits & 0xffffu);
  return (static_cast<double>(sum) - 6.0 * 65535.0) / 65536.0;
}

// Mean 0, variance 1, between −√3 and √3.
double random_uniform(std::uint64_t key, std::uint64_t counter) {
  const auto bits = static_cast<double>(random_bits(key, counter) >> 11);
  return std::sqrt(3.0) * (bits * 0x1p-52 - 1.0);
}

// Standard deviation of the weights, and whether their distribution is uniform.
std::pair<double, bool> spread(const ops::Fans& fans, InitialWeights weights) {
  switch (weights) {
    case InitialWeights::he:
      return {std::sqrt(2.0 / fans.in), false};
    case InitialWeights::xavier:
      return {std::sqrt(2.0 / (fans.in + fans.out)), true};
    case InitialWeights::lecun:
      return {std::sqrt(1.0 / fans.in), false};
    case InitialWeights::pytorch:
      return {std::sqrt(1.0 / (3.0 * fans.pytorchs)), true};
  }
  throw Error(ErrorCode::internal, "unknown initial weights");
}

// The initial value of node.operands[operand].
Tensor make(const Graph& graph, const Node& node, std::size_t operand, std::uint64_t seed,
            InitialWeights weights) {
  const Value& value = graph.values()[node.operands[operand]];
  std::vector<ValueType> operands;
  for (const ValueId id : node.operands) operands.push_back(graph.type(id));
  const ops::Initial initial = ops::initial_value(node.op, operand, operands);
  Tensor tensor(value.type.shape, value.type.dtype);
  if (initial.fans && (!initial.bias || weights == InitialWeights::pytorch)) {
    const std::uint64_t key = random_bits(seed, hash_text(value.name));
    const auto [deviation, uniform] = spread(*initial.fans, weights);
    std::uint64_t counter = 0;
    for (float& weight : tensor.values<float>()) {
      const double random = uniform ? random_uniform(key, counter) : random_normal(key, counter);
      weight = static_cast<float>(deviation * random);
      ++counter;
    }
  } else if (initial.value != 0) {
    for (float& one : tensor.values<float>()) one = static_cast<float>(initial.value);
  }
  return tensor;
}

}  // namespace

Parameters random_parameters(const Graph& graph, std::uint64_t seed, InitialWeights weights) {
  Parameters parameters;
  for (const Node& node : graph.nodes())
    for (std::size_t operand = 0; operand < node.operands.size(); ++operand) {
      const Value& value = graph.values()[node.operands[operand]];
      if (value.role == Role::parameter && !parameters.contains(value.name))
        parameters.emplace(value.name,
                           std::make_shared<const Tensor>(make(graph, node, operand, seed, weights)));
    }
  return parameters;
}

}  // namespace terramask
