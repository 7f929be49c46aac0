#include "learn/training_graphs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "ops/operators.hpp"
#include "terramask/differentiate.hpp"
#include "terramask/training_form.hpp"

namespace terramask::learn {
namespace {

struct LossValues {
  std::vector<ValueId> terms;  // to differentiate
  ValueId total = 0;  // (Σ w · loss, Σ w); for two terms their sums, so that the quotient is their mean
};

// For a network graph with the output "logits".
LossValues add_loss(Graph& graph, const LossSpec& loss) {
  const ValueId logits = graph.outputs().front().value;
  const Shape& shape = graph.type(logits).shape;
  const Shape plane{shape.n(), 1, shape.h(), shape.w()};
  const ValueId labels = graph.add_input("labels", {DType::i32, plane});
  const ValueId weights = graph.add_input("weights", {DType::f32, plane});
  std::vector<ValueId> operands{logits, labels, weights};
  LossValues made;
  if (loss.dice) made.terms.push_back(graph.add(ops::DiceLoss{}, operands, "dice").front());
  if (loss.by_pixel && loss.pixel.kind == ops::LossKind::noisy_labels)
    operands.push_back(graph.add_input(kChancesInput, {DType::f32, Shape{shape.c(), shape.c()}}));
  if (loss.by_pixel) made.terms.push_back(graph.add1(ops::PixelLoss{loss.pixel}, operands, "loss"));
  made.total = made.terms.back();
  if (made.terms.size() == 2) {
    const ValueId one = graph.add_input(kOneInput, {DType::f32, Shape{1}});
    made.total = graph.add1(ops::Accumulate{}, {made.terms[1], made.terms[0], one}, "loss+dice");
  }
  return made;
}

// variable = keep ? variable + value : value
ValueId add_up(Graph& graph, const std::string& name, ValueId value, ValueId keep) {
  const ValueId variable = graph.add_variable(name, graph.type(value).shape);
  const ValueId sum = graph.add1(ops::Accumulate{}, {variable, value, keep}, name + "'");
  graph.assign(variable, sum);
  return sum;
}

void check_patterns(const TrainingSpec& spec, const Graph& network) {
  const auto check = [&](const std::string& pattern, const char* what) {
    const bool fits_one = std::ranges::any_of(network.values(), [&](const Value& value) {
      return value.role == Role::parameter && fits(pattern, value.name);
    });
    if (fits_one) return;
    std::set<std::string> names;  // of the layers that contain them
    for (const Value& value : network.values())
      if (value.role == Role::parameter) names.insert(value.name.substr(0, value.name.find('.')) + ".*");
    throw Error(
        ErrorCode::usage,
        fmt::format("{} \"{}\" fits no parameter of the {}", what, pattern, spec.network.architecture),
        fmt::format("its parameters are called {}", fmt::join(names, ", ")));
  };
  for (const std::string& pattern : spec.frozen) check(pattern, "the pattern to freeze");
  for (const GroupSpec& group : spec.optimizer.groups) check(group.pattern, "the pattern of a group");
}

void add_update(Graph& graph, const OptimizerSpec& optimizer, const std::string& name, const Shape& shape,
                ValueId scale, ValueId schedule) {
  const ValueId parameter = graph.add_variable(name, shape);
  const ValueId gradient = *graph.find("gradient/" + name);
  std::vector<ValueId> operands{parameter, gradient, scale, schedule};
  std::vector<ValueId> assigned{parameter};
  const auto remember = [&](const char* what) {
    const ValueId variable = graph.add_variable(what + name, shape);
    operands.push_back(variable);
    assigned.push_back(variable);
  };
  const ops::ParameterGroup& group = group_of(optimizer, name);
  std::vector<ValueId> results;
  if (optimizer.kind == OptimizerKind::sgd) {
    if (optimizer.momentum > 0) remember("moment/");
    results =
        graph.add(ops::Sgd{.momentum = optimizer.momentum, .nesterov = optimizer.nesterov, .group = group},
                  operands, name + "'");
  } else {
    remember("moment/");
    remember("square/");
    results = graph.add(ops::Adam{.beta1 = optimizer.beta1,
                                  .beta2 = optimizer.beta2,
                                  .epsilon = optimizer.epsilon,
                                  .decoupled = optimizer.kind == OptimizerKind::adamw,
                                  .group = group},
                        operands, name + "'");
  }
  for (std::size_t i = 0; i < assigned.size(); ++i) graph.assign(assigned[i], results.at(i));
}

}  // namespace

void fill_loss_inputs(const LossSpec& loss, Program& program, std::size_t slot) {
  if (loss.by_pixel && loss.dice) program.input_as<float>(slot, kOneInput)[0] = 1;
  if (loss.chances.empty()) return;
  const auto to = program.input_as<float>(slot, kChancesInput);
  if (to.size() != loss.chances.size())
    throw Error(ErrorCode::internal, fmt::format("chances of labels: expected {} values, found {}", to.size(),
                                                 loss.chances.size()));
  std::ranges::transform(loss.chances, to.begin(), [](double chance) { return static_cast<float>(chance); });
}

TrainingGraphs make_training_graphs(const TrainingSpec& spec) {
  const Graph network = build_network(spec.network, spec.batch, spec.height, spec.width);
  check_patterns(spec, network);
  TrainingForm form = training_form(network, [&](std::string_view name) {
    return std::ranges::any_of(spec.frozen, [&](const std::string& pattern) { return fits(pattern, name); });
  });
  if (form.trained.empty())
    throw Error(ErrorCode::usage, "every parameter is frozen, there is nothing to train",
                "freeze less (`freeze`)");
  TrainingGraphs made;
  made.dropout = form.has_dropout;

  Graph& graph = form.graph;
  const LossValues loss = add_loss(graph, spec.loss);
  graph.remove_output("logits");
  const ValueId keep = graph.add_input("keep", {DType::f32, Shape{1}});
  const auto gradients = differentiate(graph, loss.terms, form.trained);
  for (const auto& [parameter, gradient] : gradients) {
    made.trained.push_back(graph.values()[parameter].name);
    add_up(graph, "gradient/" + made.trained.back(), gradient, keep);
  }
  graph.add_output("total", add_up(graph, "loss.total", loss.total, keep));

  Graph& update = made.update;
  const ValueId total = update.add_variable("loss.total", Shape{2});
  const ValueId schedule = update.add_input("schedule", {DType::f32, Shape{ops::kScheduleLength}});
  std::optional<ValueId> squares;
  for (const std::string& name : made.trained) {
    const Shape shape = graph.type(*graph.find(name)).shape;
    const ValueId gradient = update.add_variable("gradient/" + name, shape);
    std::vector<ValueId> operands{gradient};
    if (squares) operands.push_back(*squares);
    squares = update.add1(ops::SumSquares{}, operands, "squares/" + name);
  }
  const auto scale = update.add(ops::GradientScale{spec.optimizer.clip_norm}, {total, *squares}, "scale");
  for (const std::string& name : made.trained)
    add_update(update, spec.optimizer, name, graph.type(*graph.find(name)).shape, scale[0], schedule);
  update.add_output("scale", scale[0]);
  update.add_output("norm", scale[1]);
  made.accumulate = std::move(graph);
  return made;
}

Graph make_validation_graph(const TrainingSpec& spec) {
  Graph graph = build_network(spec.network, spec.batch, spec.height, spec.width);
  const ValueId logits = graph.outputs().front().value;
  graph.add_output("total", add_loss(graph, spec.loss).total);
  graph.add_output("classes", graph.add1(ops::Argmax{}, {logits}, "classes"));
  graph.remove_output("logits");
  return graph;
}

}  // namespace terramask::learn
