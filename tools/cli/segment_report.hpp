// What `terramask segment` tells before (--dry-run) and after its work.
#pragma once

#include <optional>
#include <string>

#include "cli/segment_requests.hpp"

namespace terramask::tools {

/// @param flops_per_second  as measured; empty: the time stays unknown
void print_estimate(const SegmentRequest& request, const SegmentEstimate& estimate,
                    std::optional<double> flops_per_second);

void print_summary(const SegmentRequest& request, const SegmentEstimate& estimate,
                   const SegmentSummary& summary);

/// "35 m2", "1.20 ha", "310.50 km2".
std::string area_text(double square_metres);

/// "1024 x 768 pixels of 0.5 x 0.5 m"
std::string grid_text(const Grid& grid);

/// How fast the device runs this network, found by running one small patch; empty where that fails.
std::optional<double> measure_speed(const Model& model, const ExecutorOptions& options);

}  // namespace terramask::tools
