// Reads any number of rasters, in any CRS, as one: on one grid, laid over each other by priority.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "geo/read/stack_facts.hpp"
#include "terramask/raster_reader.hpp"

namespace terramask::geo {

/// A raster of a region. An unreadable one (no facts) has only a position and a fault.
struct RegionSource {
  std::string name;
  Grid grid;
  std::shared_ptr<const StackFacts> facts;
  std::string fault;
};

struct RegionReaderOptions {
  Grid grid;                           ///< the region's
  std::optional<double> pixel_size_m;  ///< the model's, as in RasterOptions
  Resample resample = Resample::automatic;
  std::size_t most_open = 48;  ///< sources that each reader keeps open, the most recently used
};

/// A pixel shows the uppermost source that is valid there. A source is opened when a window first needs it.
/// An unreadable source is an error only if a window would show it.
///
/// The source grid is the region's; the working grid has the model's pixel size and the same corner, and its
/// pixels are computed directly from the sources, not from the region's grid.
class RegionReader : public RasterReader {
 public:
  /// @param sources the lowest first; those that do not intersect the grid are ignored
  static std::shared_ptr<RegionReader> make(std::vector<RegionSource> sources,
                                            const RegionReaderOptions& options);

  /// The sources that a window of the region's grid may show, by number, the lowest first.
  virtual std::vector<std::size_t> sources_of(const Window& window) const = 0;
};

}  // namespace terramask::geo
