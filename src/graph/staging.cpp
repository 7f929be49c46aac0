#include "graph/staging.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace terramask {
namespace {

void add(std::vector<Staged>& all, std::uint64_t& total, Staged staged, std::uint64_t alignment) {
  staged.offset = total;
  total += (staged.bytes + alignment - 1) / alignment * alignment;
  all.push_back(std::move(staged));
}

const Staged& find_staged(const std::vector<Staged>& all, std::string_view kind, std::string_view name) {
  const auto found = std::ranges::find(all, name, &Staged::name);
  if (found == all.end())
    throw Error(ErrorCode::internal, fmt::format("the program has no {} {}", kind, name));
  return *found;
}

}  // namespace

Staging::Staging(const Plan& plan, std::uint64_t alignment) {
  for (ValueId id = 0; id < plan.graph.values().size(); ++id) {
    const Value& value = plan.graph.values()[id];
    if (value.role == Role::input)
      add(inputs, input_bytes, {value.name, id, 0, value.type.bytes()}, alignment);
  }
  for (const Output& output : plan.graph.outputs())
    add(outputs, output_bytes, {output.name, output.value, 0, plan.graph.type(output.value).bytes()},
        alignment);
}

const Staged& Staging::input(std::string_view name) const {
  return find_staged(inputs, "input", name);
}

const Staged& Staging::output(std::string_view name) const {
  return find_staged(outputs, "output", name);
}

}  // namespace terramask
