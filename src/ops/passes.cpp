// Transformations of inference graphs. Each copies the graph node by node, omitting nodes merged into others.
#include "terramask/passes.hpp"

#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <set>

#include "ops/operators.hpp"

namespace terramask {
namespace {

/// The node that computes each value, and the number of its readers (outputs count).
class Uses {
 public:
  explicit Uses(const Graph& graph) : makers_(graph.values().size()), readers_(graph.values().size()) {
    for (const Node& node : graph.nodes()) {
      for (const ValueId operand : node.operands) ++readers_[operand];
      for (const ValueId result : node.results) makers_[result] = &node;
    }
    for (const Output& output : graph.outputs()) ++readers_[output.value];
  }

  /// The node that computes `value`, if a single reader uses its results.
  const Node* sole_source(ValueId value) const {
    const Node* maker = makers_[value];
    return maker != nullptr && maker->results.size() == 1 && readers_[value] == 1 ? maker : nullptr;
  }

 private:
  std::vector<const Node*> makers_;
  std::vector<int> readers_;
};

/// The new graph, with the old one's inputs and outputs, and those of its parameters that are used.
class Copy {
 public:
  explicit Copy(const Graph& source) : source_(source), copies_(source.values().size()) {
    for (std::size_t id = 0; id < copies_.size(); ++id)
      if (const Value& value = source.values()[id]; value.role == Role::input)
        copies_[id] = target_.add_input(value.name, value.type);
  }

  ValueId operator[](ValueId old) {
    std::optional<ValueId>& copy = copies_[old];
    if (!copy) {
      const Value& value = source_.values()[old];
      if (value.role != Role::parameter)
        throw Error(ErrorCode::internal, "passes: " + value.name + " is read before it is made");
      copy = target_.add_parameter(value.name, value.type.shape, value.type.dtype);
    }
    return *copy;
  }

  std::vector<ValueId> operands(const Node& node) {
    std::vector<ValueId> result;
    for (const ValueId operand : node.operands) result.push_back((*this)[operand]);
    return result;
  }

  /// Appends a node that computes the results of `old`, with their names.
  void add(Operator op, std::vector<ValueId> operands, const Node& old) {
    const auto results =
        target_.add(std::move(op), std::move(operands), source_.values()[old.results.front()].name);
    for (std::size_t i = 0; i < results.size(); ++i) copies_[old.results.at(i)] = results[i];
  }
  void add(const Node& old) { add(old.op, operands(old), old); }

  /// Replaces `old` by `instead` for all readers.
  void replace(ValueId old, ValueId instead) { copies_[old] = (*this)[instead]; }

  ValueId add_parameter(const std::string& name, const Shape& shape) {
    return target_.add_parameter(name, shape);
  }

  Graph finish() {
    for (const Output& output : source_.outputs()) target_.add_output(output.name, (*this)[output.value]);
    return std::move(target_);
  }

 private:
  const Graph& source_;
  Graph target_;
  std::vector<std::optional<ValueId>> copies_;
};

// ---- batch norm

bool all_parameters(const Graph& graph, std::span<const ValueId> values) {
  for (const ValueId value : values)
    if (graph.values()[value].role != Role::parameter) return false;
  return true;
}

template <class Conv>
bool is_plain(const Operator& op) {
  const auto* conv = op.as<Conv>();
  return conv != nullptr && conv->activation == ops::Activation{};
}

/// The convolution into which `node` can be folded, if it is a batch norm.
const Node* foldable(const Graph& graph, const Uses& uses, const Node& node) {
  if (node.op.as<ops::BatchNorm>() == nullptr) return nullptr;
  const Node* conv = uses.sole_source(node.operands[0]);
  if (conv == nullptr || !(is_plain<ops::Conv2d>(conv->op) || is_plain<ops::ConvTranspose2d>(conv->op)))
    return nullptr;
  const bool constant = all_parameters(graph, std::span(node.operands).subspan(1)) &&
                        all_parameters(graph, std::span(conv->operands).subspan(1));
  return constant ? conv : nullptr;
}

class BatchNormFolding {
 public:
  /// @param made parameters of an earlier folding of the same network, reused without computing
  explicit BatchNormFolding(const Network& network, const Parameters* made = nullptr)
      : network_(network), parameters_(network.parameters), made_(made), copy_(network.graph) {}

  Network run() {
    const Graph& graph = network_.graph;
    const Uses uses(graph);
    std::map<const Node*, const Node*> sources;  // batch norms and their convolutions
    std::set<const Node*> moved;
    for (const Node& node : graph.nodes())
      if (const Node* conv = foldable(graph, uses, node)) {
        sources[&node] = conv;
        moved.insert(conv);
      }
    for (const Node& node : graph.nodes()) {
      if (const auto found = sources.find(&node); found != sources.end())
        fold(*found->second, node);
      else if (!moved.contains(&node))
        copy_.add(node);
    }
    Network result{copy_.finish(), {}};
    for (const Value& value : result.graph.values())
      if (value.role == Role::parameter) result.parameters.insert(*parameters_.find(checked(value.name)));
    return result;
  }

 private:
  /// The scale factor of each channel.
  std::vector<double> scale(const Node& norm) const {
    const auto gamma = values(norm.operands[1]), variance = values(norm.operands[4]);
    const double epsilon = norm.op.as<ops::BatchNorm>()->epsilon;
    std::vector<double> scale(gamma.size());
    for (std::size_t c = 0; c < scale.size(); ++c)
      scale[c] = static_cast<double>(gamma[c]) / std::sqrt(static_cast<double>(variance[c]) + epsilon);
    return scale;
  }

  Tensor weight(const Node& conv, const Node& norm) const {
    const std::vector<double> scale = this->scale(norm);
    const Shape shape = network_.graph.type(conv.operands[1]).shape;
    Tensor weight(shape, DType::f32);
    const auto source = values(conv.operands[1]);
    const auto target = weight.values<float>();
    // Index of the result's channel: the first axis or, if transposed, the second.
    const auto taps = static_cast<std::size_t>(shape[2] * shape[3]);
    const bool transposed = conv.op.as<ops::ConvTranspose2d>() != nullptr;
    const std::size_t inner = transposed ? taps : taps * static_cast<std::size_t>(shape[1]);
    for (std::size_t i = 0; i < target.size(); ++i)
      target[i] = static_cast<float>(static_cast<double>(source[i]) * scale[i / inner % scale.size()]);
    return weight;
  }

  Tensor bias(const Node& conv, const Node& norm) const {
    const std::vector<double> scale = this->scale(norm);
    const auto beta = values(norm.operands[2]), mean = values(norm.operands[3]);
    Tensor bias(Shape{static_cast<std::int64_t>(scale.size())}, DType::f32);
    const bool has_bias = conv.operands.size() > 2;
    for (std::size_t c = 0; c < scale.size(); ++c) {
      const double own = has_bias ? static_cast<double>(values(conv.operands[2])[c]) : 0.0;
      bias.values<float>()[c] =
          static_cast<float>((own - static_cast<double>(mean[c])) * scale[c] + static_cast<double>(beta[c]));
    }
    return bias;
  }

  void fold(const Node& conv, const Node& norm) {
    const auto* transposed = conv.op.as<ops::ConvTranspose2d>();
    const std::string weight_name = network_.graph.values()[conv.operands[1]].name;
    const bool has_bias = conv.operands.size() > 2;
    const std::string bias_name =
        has_bias ? network_.graph.values()[conv.operands[2]].name : bias_beside(weight_name);
    const std::vector<ValueId> operands{copy_[conv.operands[0]],
                                        add_parameter(weight_name, [&] { return weight(conv, norm); }),
                                        add_parameter(bias_name, [&] { return bias(conv, norm); })};
    const ops::Activation activation = norm.op.as<ops::BatchNorm>()->activation;
    if (transposed != nullptr) {
      ops::ConvTranspose2d op = *transposed;
      op.activation = activation;
      copy_.add(op, operands, norm);
    } else {
      ops::Conv2d op = *conv.op.as<ops::Conv2d>();
      op.activation = activation;
      copy_.add(op, operands, norm);
    }
  }

  // "down.0.0.weight" → "down.0.0.bias"
  static std::string bias_beside(std::string name) {
    constexpr std::string_view ending = ".weight";
    if (name.ends_with(ending)) name.resize(name.size() - ending.size());
    return name + ".bias";
  }

  /// Adds a parameter with a unique name.
  ValueId add_parameter(std::string name, const std::function<Tensor()>& make) {
    do name += "·bn";
    while (parameters_.contains(name) || network_.graph.find(name));
    const auto found =
        parameters_.emplace(name, made_ != nullptr ? made_->at(name) : std::make_shared<const Tensor>(make()))
            .first;
    return copy_.add_parameter(name, found->second->shape());
  }

  const std::string& checked(const std::string& name) const {
    if (!parameters_.contains(name))
      throw Error(ErrorCode::mismatch, "parameter " + name + " is missing",
                  "give every parameter of the graph");
    return name;
  }

  std::span<const float> values(ValueId parameter) const {
    const Value& value = network_.graph.values()[parameter];
    const Tensor& tensor = *parameters_.find(checked(value.name))->second;
    if (!(tensor.shape() == value.type.shape))
      throw Error(ErrorCode::mismatch, fmt::format("parameter {}: expected {}, found {}", value.name,
                                                   to_string(value.type.shape), to_string(tensor.shape())));
    return tensor.values<float>();
  }

  const Network& network_;
  Parameters parameters_;
  const Parameters* made_;
  Copy copy_;
};

// ---- activations

/// `op` with the activation, if it is an Op without one.
template <class Op>
bool fuse_into(std::optional<Operator>& op, const ops::Activation& activation) {
  if (!is_plain<Op>(*op)) return false;
  Op fused = *op->as<Op>();
  fused.activation = activation;
  op = std::move(fused);
  return true;
}

template <class... Ops>
std::optional<Operator> fuse(Operator op, const ops::Activation& activation) {
  std::optional<Operator> fused(std::move(op));
  if ((fuse_into<Ops>(fused, activation) || ...)) return fused;
  return std::nullopt;
}

}  // namespace

Network fold_batch_norm(const Network& network) {
  return BatchNormFolding(network).run();
}

Graph fuse_activations(const Graph& graph) {
  struct Fused {
    const Node* source;
    Operator op;
  };
  const Uses uses(graph);
  std::map<const Node*, Fused> fused;  // by the activation's node
  std::set<const Node*> moved;
  for (const Node& node : graph.nodes()) {
    const auto* activate = node.op.as<ops::Activate>();
    const Node* source = activate != nullptr ? uses.sole_source(node.operands[0]) : nullptr;
    if (source == nullptr) continue;
    if (auto op = fuse<ops::Conv2d, ops::ConvTranspose2d, ops::BatchNorm, ops::Add>(source->op,
                                                                                    activate->activation)) {
      fused.emplace(&node, Fused{source, std::move(*op)});
      moved.insert(source);
    }
  }
  Copy copy(graph);
  for (const Node& node : graph.nodes()) {
    if (const auto found = fused.find(&node); found != fused.end())
      copy.add(found->second.op, copy.operands(*found->second.source), node);
    else if (!moved.contains(&node))
      copy.add(node);
  }
  return copy.finish();
}

Graph drop_dropout(const Graph& graph) {
  Copy copy(graph);
  for (const Node& node : graph.nodes())
    if (node.op.as<ops::Dropout>() != nullptr && node.operands.size() == 1)
      copy.replace(node.results[0], node.operands[0]);
    else
      copy.add(node);
  return copy.finish();
}

Graph prune(const Graph& graph) {
  std::vector<bool> needed(graph.values().size());
  for (const Output& output : graph.outputs()) needed[output.value] = true;
  const auto is_needed = [&](const Node& node) {
    for (const ValueId result : node.results)
      if (needed[result]) return true;
    return false;
  };
  for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node)
    if (is_needed(*node))
      for (const ValueId operand : node->operands) needed[operand] = true;
  Copy copy(graph);
  for (const Node& node : graph.nodes())
    if (is_needed(node)) copy.add(node);
  return copy.finish();
}

Network optimise_for_inference(const Network& network) {
  Network folded = fold_batch_norm({prune(drop_dropout(network.graph)), network.parameters});
  return {fuse_activations(folded.graph), std::move(folded.parameters)};
}

Graph optimised_graph(const Network& network, const Parameters& folded) {
  return fuse_activations(
      BatchNormFolding({prune(drop_dropout(network.graph)), network.parameters}, &folded).run().graph);
}

}  // namespace terramask
