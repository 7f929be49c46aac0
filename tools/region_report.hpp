// What `terramask region` prints.
#pragma once

#include "terramask/region.hpp"

namespace terramask::tools {

void print_estimate(const RegionJob& job, const RegionRun& run, const RegionEstimate& estimate);
void print_summary(const RegionRun& run, const RegionSummary& summary);

}  // namespace terramask::tools
