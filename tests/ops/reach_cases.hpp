// The table of receptive fields: every operator that stands in networks.
#pragma once

#include <vector>

#include "ops/max_unpool/max_unpool.hpp"
#include "terramask/graph.hpp"

namespace terramask::tests {

struct ReachCase {
  Operator op;
  std::vector<Shape> operands;  ///< images first
  std::size_t weights = 0;      ///< how many of them are none
};

std::vector<ReachCase> reach_cases();
/// What these read depends on indices: they have a test of their own.
std::vector<ops::MaxUnpool> reach_cases_of_unpools();

}  // namespace terramask::tests
