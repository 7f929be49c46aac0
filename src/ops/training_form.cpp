#include "terramask/training_form.hpp"

#include "ops/operators.hpp"
#include "terramask/passes.hpp"

namespace terramask {
namespace {

class Former {
 public:
  Former(const Graph& source, const std::function<bool(std::string_view)>& frozen)
      : source_(source), ids_(source.values().size()) {
    // A batch norm's statistics are treated like its weight.
    std::vector<bool> statistic(ids_.size()), fixed(ids_.size());
    for (const Node& node : source.nodes())
      if (node.op.as<ops::BatchNorm>() != nullptr) {
        const bool still = frozen && frozen(source.values()[node.operands[1]].name);
        for (std::size_t i = 1; i < node.operands.size(); ++i) {
          statistic[node.operands[i]] = i >= 3;
          fixed[node.operands[i]] = still;
        }
      } else {
        for (const ValueId operand : node.operands)
          if (source.values()[operand].role == Role::parameter)
            fixed[operand] = frozen && frozen(source.values()[operand].name);
      }
    for (ValueId id = 0; id < ids_.size(); ++id) {
      const Value& value = source.values()[id];
      if (value.role == Role::input) ids_[id] = form_.graph.add_input(value.name, value.type);
      if (value.role != Role::parameter) continue;
      ids_[id] = fixed[id] ? form_.graph.add_parameter(value.name, value.type.shape, value.type.dtype)
                           : form_.graph.add_variable(value.name, value.type.shape, value.type.dtype);
      if (!fixed[id] && !statistic[id]) form_.trained.push_back(ids_[id]);
    }
  }

  TrainingForm run() {
    for (const Node& node : source_.nodes()) add(node);
    for (const Output& output : source_.outputs()) form_.graph.add_output(output.name, ids_[output.value]);
    return std::move(form_);
  }

 private:
  void add(const Node& node) {
    std::vector<ValueId> operands;
    for (const ValueId operand : node.operands) operands.push_back(ids_[operand]);
    const std::string& name = source_.values()[node.results.front()].name;
    Graph& graph = form_.graph;
    std::vector<ValueId> made;
    if (const auto* pool = node.op.as<ops::MaxPool>()) {
      ops::MaxPool indexed = *pool;
      indexed.indices = true;
      made = graph.add(indexed, operands, name);
    } else if (const auto* drop = node.op.as<ops::Dropout>()) {
      made = graph.add(*drop, {operands[0], key()}, name);
    } else if (const auto* norm = node.op.as<ops::BatchNorm>();
               norm != nullptr && graph.values()[operands[1]].role == Role::variable) {
      made = graph.add(ops::BatchNormTraining{.epsilon = norm->epsilon, .activation = norm->activation},
                       operands, name);
      graph.assign(operands[3], made[3]);
      graph.assign(operands[4], made[4]);
    } else {
      made = graph.add(node.op, operands, name);
    }
    for (std::size_t i = 0; i < node.results.size(); ++i) ids_[node.results[i]] = made.at(i);
  }

  ValueId key() {
    if (!form_.has_dropout) key_ = form_.graph.add_input("dropout.key", {DType::i32, Shape{4}});
    form_.has_dropout = true;
    return key_;
  }

  const Graph& source_;
  std::vector<ValueId> ids_;
  TrainingForm form_;
  ValueId key_ = 0;
};

}  // namespace

TrainingForm training_form(const Graph& network, const std::function<bool(std::string_view)>& frozen) {
  return Former(fuse_activations(network), frozen).run();
}

}  // namespace terramask
