// The reference executor: dispatch, and execution in a plan's memory.
#include "ops/reference.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <unordered_map>

#include "ops/operators.hpp"

namespace terramask {
namespace ops {

// Defined in each operator's reference.cpp.
#define TERRAMASK_OPERATOR(Type, folder) \
  void evaluate(const Type& op, reference::Operands operands, reference::Results results);
#include "ops/operators.def"
#undef TERRAMASK_OPERATOR

namespace {

using Evaluate = void (*)(const Operator&, reference::Operands, reference::Results);

const std::unordered_map<std::string_view, Evaluate>& evaluators() {
  static const std::unordered_map<std::string_view, Evaluate> table{
#define TERRAMASK_OPERATOR(Type, folder)                                                          \
  {Type::name, [](const Operator& op, reference::Operands operands, reference::Results results) { \
     evaluate(*op.as<Type>(), operands, results);                                                 \
   }},
#include "ops/operators.def"
#undef TERRAMASK_OPERATOR
  };
  return table;
}

}  // namespace
}  // namespace ops

namespace reference {
namespace {

bool overlap(const Place& a, const Place& b) {
  return a.chunk == b.chunk && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
}

/// The contents of the arena: the values whose bytes have not been overwritten.
class Arena {
 public:
  explicit Arena(const Plan& plan) : plan_(plan), held_(plan.graph.values().size()), lost_to_(held_.size()) {
    for (std::size_t id = 0; id < held_.size(); ++id)
      if (plan.places[id]) check_place(*plan.places[id], name(id), plan.graph.values()[id].type.bytes());
    for (std::size_t step = 0; step < plan.scratch.size(); ++step)
      if (plan.scratch[step]) check_place(*plan.scratch[step], "scratch", 0);
  }

  void hold_parameter(ValueId id, const Array& array) { held_[id] = array; }

  const Array& read(ValueId id) const {
    if (held_[id]) return *held_[id];
    throw Error(ErrorCode::internal,
                lost_to_[id].empty()
                    ? fmt::format("plan: {} is read before it is made", name(id))
                    : fmt::format("plan: {} is read after {} took its bytes", name(id), lost_to_[id]));
  }

  void hold_variable(ValueId id, const Array& array) { held_[id] = array; }

  void write(ValueId id, Array array) {
    if (plan_.homes[id]) {
      // The variable's old value is no longer available.
      lost_to_[*plan_.homes[id]] = name(id);
      held_[*plan_.homes[id]].reset();
      held_[id] = std::move(array);
      return;
    }
    if (!plan_.places[id]) throw Error(ErrorCode::internal, fmt::format("plan: {} has no place", name(id)));
    take(*plan_.places[id], name(id));
    held_[id] = std::move(array);
    lost_to_[id].clear();
  }

  /// Invalidates all values in these bytes.
  void take(const Place& place, const std::string& by) {
    for (std::size_t id = 0; id < held_.size(); ++id)
      if (held_[id] && plan_.places[id] && overlap(place, *plan_.places[id])) {
        held_[id].reset();
        lost_to_[id] = by;
      }
  }

  /// A kernel writes while it reads: its results must not overlap its operands.
  void check_apart(NodeId step) const {
    const Node& node = plan_.graph.nodes()[step];
    std::vector<const Place*> written;
    for (const ValueId result : node.results)
      if (plan_.places[result]) written.push_back(&*plan_.places[result]);
    if (plan_.scratch[step]) written.push_back(&*plan_.scratch[step]);
    for (std::size_t a = 0; a < written.size(); ++a)
      for (std::size_t b = a + 1; b < written.size(); ++b)
        if (overlap(*written[a], *written[b])) fail(node, "two of its results share bytes");

    std::uint64_t joined = 0;
    for (const ValueId operand : node.operands) {
      for (const Place* place : written) {
        if (!plan_.places[operand] || !overlap(*place, *plan_.places[operand])) continue;
        const bool in_place = node.op.joins_channels() && plan_.in_place[operand] &&
                              plan_.places[operand]->offset == place->offset + joined;
        if (!in_place) fail(node, fmt::format("a result shares bytes with its operand {}", name(operand)));
      }
      joined += plan_.graph.type(operand).bytes();
    }
  }

 private:
  [[noreturn]] void fail(const Node& node, const std::string& why) const {
    throw Error(ErrorCode::internal,
                fmt::format("plan: {} ({}): {}", name(node.results.front()), node.op.name(), why));
  }

  void check_place(const Place& place, const std::string& what, std::uint64_t least) const {
    if (place.chunk >= plan_.chunks.size() || place.offset + place.bytes > plan_.chunks[place.chunk] ||
        place.bytes < least)
      throw Error(ErrorCode::internal, fmt::format("plan: {} does not fit its place", what));
  }

  const std::string& name(std::size_t id) const { return plan_.graph.values()[id].name; }

  const Plan& plan_;
  std::vector<std::optional<Array>> held_;
  std::vector<std::string> lost_to_;  ///< what overwrote each value
};

const Array& given(const std::map<std::string, Array>& arrays, const Value& value) {
  const auto found = arrays.find(value.name);
  if (found == arrays.end())
    throw Error(ErrorCode::mismatch, fmt::format("reference: {} is not given", value.name));
  if (found->second.shape != value.type.shape)
    throw Error(ErrorCode::mismatch,
                fmt::format("reference: {}: expected {}, found {}", value.name, to_string(value.type.shape),
                            to_string(found->second.shape)));
  return found->second;
}

template <class T>
Array convert(const Tensor& tensor) {
  Array array = make_array(tensor.shape());
  const auto values = tensor.values<T>();
  for (std::size_t i = 0; i < values.size(); ++i) array.values[i] = static_cast<double>(values[i]);
  return array;
}

}  // namespace

Array make_array(const Shape& shape, double fill) {
  return {shape, std::vector<double>(static_cast<std::size_t>(shape.elements()), fill)};
}

Array to_array(const Tensor& tensor) {
  switch (tensor.dtype()) {
    case DType::f32:
      return convert<float>(tensor);
    case DType::f64:
      return convert<double>(tensor);
    case DType::i32:
      return convert<std::int32_t>(tensor);
    case DType::i64:
      return convert<std::int64_t>(tensor);
    case DType::u8:
      return convert<std::uint8_t>(tensor);
    case DType::f16:
      break;
  }
  throw Error(ErrorCode::unsupported, "reference: tensors of " + to_string(tensor.dtype()));
}

void evaluate(const Operator& op, Operands operands, Results results) {
  const auto found = ops::evaluators().find(op.name());
  if (found == ops::evaluators().end())
    throw Error(ErrorCode::internal, fmt::format("reference: no operator {}", op.name()));
  found->second(op, operands, results);
}

std::map<std::string, Array> run(const Plan& plan, const std::map<std::string, Array>& inputs,
                                 const std::map<std::string, Array>& parameters) {
  std::map<std::string, Array> none;
  return run(plan, inputs, parameters, none);
}

std::map<std::string, Array> run(const Plan& plan, const std::map<std::string, Array>& inputs,
                                 const std::map<std::string, Array>& parameters,
                                 std::map<std::string, Array>& variables) {
  const Graph& graph = plan.graph;
  Arena arena(plan);
  for (std::size_t id = 0; id < graph.values().size(); ++id) {
    const Value& value = graph.values()[id];
    const auto value_id = static_cast<ValueId>(id);
    if (value.role == Role::parameter) arena.hold_parameter(value_id, given(parameters, value));
    if (value.role == Role::variable) arena.hold_variable(value_id, given(variables, value));
    if (value.role == Role::input && plan.places[id]) arena.write(value_id, given(inputs, value));
  }
  for (std::size_t step = 0; step < graph.nodes().size(); ++step) {
    const Node& node = graph.nodes()[step];
    arena.check_apart(static_cast<NodeId>(step));
    std::vector<const Array*> operands;
    for (const ValueId operand : node.operands) operands.push_back(&arena.read(operand));
    std::vector<Array> results;
    for (const ValueId result : node.results)
      results.push_back(make_array(graph.type(result).shape, std::numeric_limits<double>::quiet_NaN()));
    evaluate(node.op, operands, results);
    if (plan.scratch[step]) arena.take(*plan.scratch[step], "scratch");
    for (std::size_t i = 0; i < results.size(); ++i) arena.write(node.results[i], std::move(results[i]));
  }
  std::map<std::string, Array> outputs;
  for (const Output& output : graph.outputs()) outputs.emplace(output.name, arena.read(output.value));
  for (const Assignment& assignment : graph.assignments())
    variables[graph.values()[assignment.variable].name] = arena.read(assignment.value);
  return outputs;
}

}  // namespace reference
}  // namespace terramask
