// Small patches are given to their neighbours, so that no gaps arise.
#pragma once

#include <cstdint>
#include <queue>
#include <unordered_map>
#include <vector>

#include "vectorize/patches.hpp"

namespace terramask::vectors {

/// Takes the smallest patch below the minimum, gives it to the neighbour with which it shares the longest
/// border (of equals the larger one, then the one that begins first), and goes on until no patch is too small
/// or has a neighbour. Neighbours of the patch that have the class it now has become one with it.
class Absorption {
 public:
  /// @param table  its contacts name all neighbours of its small patches
  explicit Absorption(PatchTable& table) : table_(table) {}

  /// @return how many patches went
  std::uint64_t run();

 private:
  struct Neighbour {
    Label label;
    double length;
  };
  /// The smallest first.
  struct Candidate {
    double size;
    Label label;
    bool operator<(const Candidate& other) const {
      return size != other.size ? size > other.size : label > other.label;
    }
  };

  double size(Label root) const {
    return table_.min_area_.pixels ? static_cast<double>(table_.pixels_[root]) : table_.area_[root];
  }
  void collect_neighbours();
  std::vector<Neighbour> neighbours_of(Label root);
  Label longest(const std::vector<Neighbour>& neighbours) const;
  void join(Label patch, Label to, const std::vector<Neighbour>& neighbours);

  PatchTable& table_;
  std::unordered_map<Label, std::vector<Neighbour>> neighbours_;  ///< of small patches
  std::priority_queue<Candidate> queue_;
};

}  // namespace terramask::vectors
