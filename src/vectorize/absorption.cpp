#include "vectorize/absorption.hpp"

#include <algorithm>
#include <utility>

namespace terramask::vectors {

void Absorption::collect_neighbours() {
  for (const Contact& contact : table_.contacts_) {
    if (table_.small(contact.a)) neighbours_[contact.a].push_back({contact.b, contact.length});
    if (table_.small(contact.b)) neighbours_[contact.b].push_back({contact.a, contact.length});
  }
  table_.contacts_ = {};
  for (const auto& [label, neighbours] : neighbours_) queue_.push({size(label), label});
}

std::vector<Absorption::Neighbour> Absorption::neighbours_of(Label root) {
  std::vector<Neighbour>& all = neighbours_[root];
  for (Neighbour& neighbour : all) neighbour.label = table_.find(neighbour.label);
  std::stable_sort(all.begin(), all.end(),
                   [](const Neighbour& one, const Neighbour& other) { return one.label < other.label; });
  std::vector<Neighbour> merged;
  for (const Neighbour& neighbour : all) {
    if (neighbour.label == root) continue;
    if (!merged.empty() && merged.back().label == neighbour.label)
      merged.back().length += neighbour.length;
    else
      merged.push_back(neighbour);
  }
  all = merged;
  return merged;
}

Label Absorption::longest(const std::vector<Neighbour>& neighbours) const {
  const Neighbour* best = &neighbours.front();
  for (const Neighbour& one : neighbours) {
    const bool longer = one.length > best->length;
    const bool larger = one.length == best->length && size(one.label) > size(best->label);
    if (longer || larger) best = &one;
  }
  return best->label;
}

void Absorption::join(Label patch, Label to, const std::vector<Neighbour>& neighbours) {
  const std::int32_t value = table_.value_[to];
  std::vector<Label> members{patch, to};
  for (const Neighbour& one : neighbours)
    if (one.label != to && table_.value_[one.label] == value) members.push_back(one.label);
  Label root = patch;
  for (const Label member : members) root = table_.unite(root, member);
  table_.value_[root] = value;
  std::vector<Neighbour> joined;
  const bool small = table_.small(root);
  for (const Label member : members) {
    const auto found = neighbours_.find(member);
    if (found == neighbours_.end()) continue;
    if (small) joined.insert(joined.end(), found->second.begin(), found->second.end());
    neighbours_.erase(found);
  }
  if (!small) return;
  neighbours_[root] = std::move(joined);
  queue_.push({size(root), root});
}

std::uint64_t Absorption::run() {
  collect_neighbours();
  std::uint64_t absorbed = 0;
  while (!queue_.empty()) {
    const Candidate candidate = queue_.top();
    queue_.pop();
    // What has grown meanwhile stands in the queue once more.
    if (!neighbours_.contains(candidate.label) || size(candidate.label) != candidate.size) continue;
    const std::vector<Neighbour> neighbours = neighbours_of(candidate.label);
    if (neighbours.empty()) continue;
    join(candidate.label, longest(neighbours), neighbours);
    ++absorbed;
  }
  return absorbed;
}

}  // namespace terramask::vectors
