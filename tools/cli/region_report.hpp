// What `terramask region` prints.
#pragma once

#include <string>

#include "terramask/region.hpp"

namespace terramask::tools {

void print_estimate(const RegionJob& job, const RegionRun& run, const RegionEstimate& estimate);
void print_summary(const RegionRun& run, const RegionSummary& summary);

/// The share of their time in which ranks waited for a tile, all together; the wait for the end is not one.
double waited_share(const RegionSummary& summary);

/// All of it, for programs.
std::string summary_json(const RegionSummary& summary);

}  // namespace terramask::tools
