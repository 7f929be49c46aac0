// A rendered map read part by part, several at a time.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "labels/rendered/rendered_map.hpp"
#include "terramask/progress.hpp"

namespace terramask::labels {

/// Takes the classes of a part; called by one thread at a time, in no order.
using PartSink = std::function<void(const Window& part, std::span<const MapClass> classes)>;

/// Classes of a window of the map, by as many threads as there are processors, four at most: each holds some
/// 300 MB. The result does not depend on their number.
/// @throws Error what reading or the sink threw first; stopped
MapCounts read_parts(const std::string& path, const RenderedMapOptions& options, const Window& window,
                     const PartSink& sink, const ProgressSink& progress, const StopFlag* stop);

}  // namespace terramask::labels
