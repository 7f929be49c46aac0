// The table that `terramask info --plan` prints.
#include <fmt/format.h>

#include "terramask/plan.hpp"

namespace terramask {
namespace {

std::string bytes_text(std::uint64_t bytes) {
  const double value = static_cast<double>(bytes);
  if (value >= 1e9) return fmt::format("{:.2f} GB", value / 1e9);
  if (value >= 1e6) return fmt::format("{:.2f} MB", value / 1e6);
  return fmt::format("{:.1f} kB", value / 1e3);
}

std::string flops_text(double flops) {
  if (flops >= 1e9) return fmt::format("{:.3f} G", flops / 1e9);
  if (flops >= 1e6) return fmt::format("{:.3f} M", flops / 1e6);
  return fmt::format("{:.1f} k", flops / 1e3);
}

}  // namespace

std::string to_string(const Plan& plan) {
  const Graph& graph = plan.graph;
  std::string text = fmt::format("{:>4}  {:<18} {:<34} {:<22} {:>11} {:>11}  {}\n", "step", "operator",
                                 "attributes", "result", "FLOPs", "bytes", "name");
  for (std::size_t step = 0; step < graph.nodes().size(); ++step) {
    const Node& node = graph.nodes()[step];
    const Value& result = graph.values()[node.results.front()];
    std::uint64_t bytes = 0;
    for (const ValueId id : node.results)
      if (plan.places[id]) bytes += plan.places[id]->bytes;
    text += fmt::format("{:>4}  {:<18} {:<34} {:<22} {:>11} {:>11}  {}\n", step, node.op.name(),
                        node.op.describe(), to_string(result.type.shape), flops_text(plan.flops[step]),
                        bytes_text(bytes), result.name);
  }
  text += fmt::format("steps {}, FLOPs {}\n", graph.nodes().size(), flops_text(plan.total_flops));
  text += fmt::format("weights {}, arena {} in {} chunk{} (at least {} live at once), peak {}\n",
                      bytes_text(plan.parameter_bytes), bytes_text(plan.arena_bytes), plan.chunks.size(),
                      plan.chunks.size() == 1 ? "" : "s", bytes_text(plan.live_bytes),
                      bytes_text(plan.arena_bytes + plan.parameter_bytes));
  return text;
}

}  // namespace terramask
