#include "terramask/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace terramask {
namespace {

constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

// A buffer and the steps [first, last] over which it must keep its bytes.
struct Demand {
  std::uint64_t bytes = 0;
  std::size_t first = kNever;
  std::size_t last = 0;
  std::optional<Place>* place = nullptr;
  std::string name;
};

std::uint64_t round_up(std::uint64_t bytes, std::uint64_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

std::string mib(std::uint64_t bytes) {
  return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
}

// Lets the operands of a concatenation be made where they stand in its result: for one image, its channels
// are contiguous. Such an operand must have no reader after the concatenation, and begin at an aligned byte.
void join(const Graph& graph, const PlanOptions& options, std::vector<Demand>& all, Plan& plan) {
  for (std::size_t step = 0; step < graph.nodes().size() && options.reuse; ++step) {
    const Node& node = graph.nodes()[step];
    if (!node.op.joins_channels() || graph.type(node.results.front()).shape.n() != 1) continue;
    Demand& whole = all[node.results.front()];
    std::uint64_t offset = 0;
    for (const ValueId operand : node.operands) {
      const bool alone = std::count(node.operands.begin(), node.operands.end(), operand) == 1;
      if (alone && graph.values()[operand].role == Role::transient && !plan.homes[operand] &&
          !plan.in_place[operand] && all[operand].last == step && offset % options.alignment == 0) {
        plan.in_place[operand] = true;
        whole.first = std::min(whole.first, all[operand].first);
      }
      offset += graph.type(operand).bytes();
    }
  }
}

// The places of what was joined follow from the places of the results; the last concatenation first, for they
// nest.
void place_joined(const Graph& graph, Plan& plan) {
  for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node) {
    if (!node->op.joins_channels()) continue;
    std::uint64_t offset = plan.places[node->results.front()]->offset;
    for (const ValueId operand : node->operands) {
      const std::uint64_t bytes = graph.type(operand).bytes();
      if (plan.in_place[operand] && !plan.places[operand])
        plan.places[operand] = Place{plan.places[node->results.front()]->chunk, offset, bytes};
      offset += bytes;
    }
  }
}

std::vector<Demand> demands(const Graph& graph, const PlanOptions& options, Plan& plan) {
  const std::size_t steps = graph.nodes().size();
  std::vector<Demand> all(graph.values().size());
  for (std::size_t step = 0; step < steps; ++step) {
    const Node& node = graph.nodes()[step];
    for (const ValueId value : node.operands) {
      all[value].first = std::min(all[value].first, step);
      all[value].last = std::max(all[value].last, step);
    }
    for (const ValueId value : node.results) all[value].first = all[value].last = step;
  }
  for (const Output& output : graph.outputs()) {
    all[output.value].first = std::min(all[output.value].first, steps);
    all[output.value].last = steps;
  }

  join(graph, options, all, plan);
  std::vector<Demand> wanted;
  for (std::size_t id = 0; id < all.size(); ++id) {
    const Value& value = graph.values()[id];
    if (value.role == Role::parameter || plan.homes[id] || all[id].first == kNever || plan.in_place[id])
      continue;
    if (value.role == Role::input) all[id].first = 0;
    all[id].bytes =
        options.value_bytes ? options.value_bytes(graph, static_cast<ValueId>(id)) : value.type.bytes();
    all[id].place = &plan.places[id];
    all[id].name = value.name;
    wanted.push_back(all[id]);
  }
  for (std::size_t step = 0; step < steps && options.scratch_bytes; ++step) {
    const std::uint64_t bytes = options.scratch_bytes(graph, static_cast<NodeId>(step));
    if (bytes == 0) continue;
    const std::string name = "scratch of " + graph.values()[graph.nodes()[step].results.front()].name;
    wanted.push_back({bytes, step, step, &plan.scratch[step], name});
  }
  if (!options.reuse)
    for (Demand& demand : wanted) {
      demand.first = 0;
      demand.last = steps;
    }
  return wanted;
}

// Greedy by size (Pisarchyk and Lee 2020, "Efficient memory management for deep neural net inference"): the
// largest buffer first, each into the smallest gap between those it lives together with.
class Arena {
 public:
  explicit Arena(std::uint64_t max_chunk) : max_chunk_(max_chunk) {}

  void put(const Demand& demand, std::uint64_t bytes) {
    for (std::uint32_t chunk = 0; chunk < chunks_.size(); ++chunk)
      if (const auto offset = gap(chunk, demand, bytes)) return take(chunk, *offset, bytes, demand);
    chunks_.emplace_back();
    sizes_.push_back(0);
    take(static_cast<std::uint32_t>(chunks_.size() - 1), 0, bytes, demand);
  }

  const std::vector<std::uint64_t>& sizes() const { return sizes_; }

 private:
  struct Taken {
    std::uint64_t offset, end;
    std::size_t first, last;
  };

  std::optional<std::uint64_t> gap(std::uint32_t chunk, const Demand& demand, std::uint64_t bytes) const {
    std::uint64_t cursor = 0, best = 0, best_size = std::numeric_limits<std::uint64_t>::max();
    for (const Taken& taken : chunks_[chunk]) {  // in order of offsets
      if (taken.last < demand.first || taken.first > demand.last) continue;
      if (taken.offset > cursor && taken.offset - cursor >= bytes && taken.offset - cursor < best_size) {
        best = cursor;
        best_size = taken.offset - cursor;
      }
      cursor = std::max(cursor, taken.end);
    }
    if (best_size != std::numeric_limits<std::uint64_t>::max()) return best;
    if (cursor + bytes <= std::max(max_chunk_, sizes_[chunk])) return cursor;
    return std::nullopt;
  }

  void take(std::uint32_t chunk, std::uint64_t offset, std::uint64_t bytes, const Demand& demand) {
    auto& taken = chunks_[chunk];
    const Taken entry{offset, offset + bytes, demand.first, demand.last};
    taken.insert(std::upper_bound(taken.begin(), taken.end(), entry,
                                  [](const Taken& a, const Taken& b) { return a.offset < b.offset; }),
                 entry);
    sizes_[chunk] = std::max(sizes_[chunk], entry.end);
    *demand.place = Place{chunk, offset, demand.bytes};
  }

  std::uint64_t max_chunk_;
  std::vector<std::vector<Taken>> chunks_;
  std::vector<std::uint64_t> sizes_;
};

std::uint64_t most_live(const std::vector<Demand>& wanted, std::size_t steps) {
  std::uint64_t most = 0;
  for (std::size_t step = 0; step <= steps; ++step) {
    std::uint64_t live = 0;
    for (const Demand& demand : wanted)
      if (demand.first <= step && step <= demand.last) live += demand.bytes;
    most = std::max(most, live);
  }
  return most;
}

}  // namespace

Plan make_plan(Graph graph, const PlanOptions& options) {
  Plan plan;
  plan.places.resize(graph.values().size());
  plan.scratch.resize(graph.nodes().size());
  plan.in_place.resize(graph.values().size());
  plan.homes.resize(graph.values().size());
  for (ValueId id = 0; id < graph.values().size(); ++id)
    if (graph.values()[id].role == Role::variable) plan.homes[id] = id;
  for (const Assignment& assignment : graph.assignments()) plan.homes[assignment.value] = assignment.variable;
  std::vector<Demand> wanted = demands(graph, options, plan);
  plan.live_bytes = most_live(wanted, graph.nodes().size());
  std::stable_sort(wanted.begin(), wanted.end(),
                   [](const Demand& a, const Demand& b) { return a.bytes > b.bytes; });

  Arena arena(options.max_chunk_bytes);
  for (const Demand& demand : wanted) {
    const std::uint64_t bytes = round_up(std::max<std::uint64_t>(demand.bytes, 1), options.alignment);
    if (bytes > options.max_chunk_bytes)
      throw Error(ErrorCode::out_of_memory,
                  fmt::format("{} needs {} in one piece, the device gives at most {}", demand.name,
                              mib(bytes), mib(options.max_chunk_bytes)),
                  "use a smaller `tile`");
    arena.put(demand, bytes);
  }
  place_joined(graph, plan);
  plan.chunks = arena.sizes();
  for (const std::uint64_t bytes : plan.chunks) plan.arena_bytes += bytes;
  for (const Value& value : graph.values()) {
    if (value.role == Role::parameter) plan.parameter_bytes += value.type.bytes();
    if (value.role == Role::variable) plan.variable_bytes += value.type.bytes();
  }

  for (const Node& node : graph.nodes()) {
    std::vector<ValueType> operands, results;
    for (const ValueId id : node.operands) operands.push_back(graph.type(id));
    for (const ValueId id : node.results) results.push_back(graph.type(id));
    plan.flops.push_back(node.op.flops(operands, results));
    plan.total_flops += plan.flops.back();
  }
  plan.graph = std::move(graph);
  const std::uint64_t kept = plan.parameter_bytes + plan.variable_bytes;
  if (options.memory_limit != 0 && plan.arena_bytes + kept > options.memory_limit)
    throw Error(ErrorCode::out_of_memory,
                fmt::format("the plan needs {} ({} of it weights), the limit is {}",
                            mib(plan.arena_bytes + kept), mib(kept), mib(options.memory_limit)),
                "use a smaller `tile` or a larger `memory_limit`");
  return plan;
}

}  // namespace terramask
