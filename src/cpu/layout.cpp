#include "cpu/layout.hpp"

#include <cstring>
#include <numeric>

#include "cpu/loops.hpp"

namespace terramask::cpu {
namespace {

/// Sets of values that share a layout.
class Ties {
 public:
  explicit Ties(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0); }
  std::size_t root(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void tie(std::size_t a, std::size_t b) { parent_[root(a)] = root(b); }

 private:
  std::vector<std::size_t> parent_;
};

}  // namespace

std::vector<int> choose_blocks(const Graph& graph, int native) {
  const auto& values = graph.values();
  // Parameters and variables lie as the model file has them, and so does what becomes one.
  std::vector<bool> plain(values.size());
  for (ValueId id = 0; id < values.size(); ++id)
    plain[id] = values[id].role == Role::parameter || values[id].role == Role::variable;
  for (const Assignment& assignment : graph.assignments()) plain[assignment.value] = true;
  for (const Node& node : graph.nodes())
    if (node.op.makes_weights())
      for (const ValueId id : node.results) plain[id] = true;
  const auto is_image = [&](ValueId id) { return !plain[id] && values[id].type.shape.rank() == 4; };
  Ties ties(values.size());
  for (const Node& node : graph.nodes()) {
    const ValueId result = node.results.front();
    if (!is_image(result)) continue;
    const auto tie = [&](ValueId id) {
      const bool alike = node.op.joins_channels() || graph.type(id).shape.c() == graph.type(result).shape.c();
      if (is_image(id) && alike) ties.tie(id, result);
    };
    for (const ValueId id : node.operands)
      if (is_image(id)) tie(id);
    for (const ValueId id : node.results)
      if (is_image(id)) tie(id);
  }
  std::vector<int> by_root(values.size(), native);
  for (ValueId id = 0; id < values.size(); ++id)
    if (!is_image(id) || values[id].type.shape.c() % native != 0) by_root[ties.root(id)] = 1;
  // What is added to a variable, element by element, lies as it does.
  for (const Node& node : graph.nodes())
    if (node.op.updates_in_place() && plain[node.results.front()])
      for (const ValueId id : node.operands) by_root[ties.root(id)] = 1;
  std::vector<int> blocks(values.size(), 1);
  for (ValueId id = 0; id < values.size(); ++id)
    if (is_image(id)) blocks[id] = by_root[ties.root(id)];
  return blocks;
}

namespace {

// Moves rows of pixels between planes of one channel and planes of `block` channels.
template <bool into>
void move(const Shape& shape, int block, const void* from, void* to) {
  const std::size_t count = static_cast<std::size_t>(shape.elements());
  if (block == 1 || shape.rank() != 4) {
    std::memcpy(to, from, count * 4);
    return;
  }
  const auto* const source = static_cast<const std::uint32_t*>(from);
  auto* const target = static_cast<std::uint32_t*>(to);
  const std::int64_t rows = shape.h(), columns = shape.w(), plane = rows * columns;
  with_block(block, [&](auto lanes) {
    constexpr std::int64_t b = lanes;
    parallel(shape.n() * shape.c() / b * rows, [&](std::int64_t job) {
      const std::int64_t first = job / rows * b * plane, row = job % rows;
      const std::int64_t plain = first + row * columns, blocked = first + row * columns * b;
      for (std::int64_t x = 0; x < columns; ++x)
        for (std::int64_t c = 0; c < b; ++c)
          if constexpr (into)
            target[blocked + x * b + c] = source[plain + c * plane + x];
          else
            target[plain + c * plane + x] = source[blocked + x * b + c];
    });
  });
}

}  // namespace

void to_blocks(const Shape& shape, int block, const void* plain, void* blocked) {
  move<true>(shape, block, plain, blocked);
}

void from_blocks(const Shape& shape, int block, const void* blocked, void* plain) {
  move<false>(shape, block, blocked, plain);
}

}  // namespace terramask::cpu
