// What vectorize_polygons does, with what only tests change.
#pragma once

#include "terramask/vectorize.hpp"

namespace terramask::vectors {

struct PolygoniseSettings {
  std::int64_t rows_at_once = 0;  ///< read; 0: by memory. Changes nothing but the speed.
  std::int64_t band = 2048;       ///< rows whose borders are simplified together
};

VectorizeSummary polygonise(const VectorizeOptions& options, const PolygoniseSettings& settings,
                            const ProgressSink& progress, const StopFlag* stop);

}  // namespace terramask::vectors
