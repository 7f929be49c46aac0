#include "segment/network_runner.hpp"

#include <algorithm>

#include "ops/operators.hpp"

namespace terramask::segment {

NetworkRunner::NetworkRunner(std::shared_ptr<const Model> model, const ExecutorOptions& options)
    : model_(std::move(model)), executor_(make_executor(options)) {
  // Folding does not depend on the extent: done once, on the smallest patch that the network takes.
  const std::int64_t side = model_->info.pad_multiple;
  const Network folded =
      optimise_for_inference({build_network(model_->info.network, 1, side, side), model_->parameters});
  folded_ = folded.parameters;
  footprint_ = terramask::footprint(
      folded.graph, [this](const Graph& g, NodeId node) { return executor_->layer_tile(g, node); });
}

Graph NetworkRunner::graph(std::int64_t height, std::int64_t width, const NetworkOutputs& wanted) const {
  Graph whole = build_network(model_->info.network, 1, height, width);
  const ValueId logits = whole.outputs().front().value;
  if (wanted.mask) whole.add_output("mask", whole.add1(ops::Argmax{}, {logits}));
  if (wanted.probabilities) whole.add_output("probabilities", whole.add1(ops::Softmax{}, {logits}));
  if (!wanted.logits) whole.remove_output("logits");
  return optimised_graph({whole, model_->parameters}, folded_);
}

Plan NetworkRunner::plan(std::int64_t height, std::int64_t width, const NetworkOutputs& wanted,
                         const TileGrid& grid) const {
  return executor_->plan(graph(height, width, wanted), grid);
}

Program& NetworkRunner::program(std::int64_t height, std::int64_t width, const NetworkOutputs& wanted,
                                const TileGrid& grid) {
  const auto found = std::ranges::find_if(programs_, [&](const Entry& entry) {
    return entry.height == height && entry.width == width && entry.wanted == wanted && entry.grid == grid;
  });
  if (found != programs_.end()) {
    programs_.splice(programs_.begin(), programs_, found);
    return *programs_.front().program;
  }
  if (programs_.size() >= most_programs) programs_.pop_back();
  programs_.push_front(
      {height, width, wanted, grid, executor_->compile(graph(height, width, wanted), folded_, {}, grid)});
  return *programs_.front().program;
}

}  // namespace terramask::segment
