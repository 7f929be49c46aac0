// What vectorize_centerlines does, with what only tests change.
#pragma once

#include "terramask/vectorize.hpp"
#include "vectorize/skeleton.hpp"

namespace terramask::vectors {

VectorizeSummary draw_centerlines(const VectorizeOptions& options, const SkeletonSettings& settings,
                                  const ProgressSink& progress, const StopFlag* stop);

}  // namespace terramask::vectors
