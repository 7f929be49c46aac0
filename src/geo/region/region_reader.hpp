// Many rasters as one: on one grid, of any number, in any CRS, laid over each other by priority.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "geo/read/stack_facts.hpp"
#include "terramask/raster_reader.hpp"

namespace terramask::geo {

/// A raster of a region; one that cannot be read (no facts) is known by its place and by what is wrong with
/// it.
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
  std::size_t most_open = 48;  ///< sources held open, those used last, by each reader
};

/// What a pixel shows is the uppermost source that is valid there; a source is opened when a window first
/// needs it. A source that cannot be read is an error where a window would show it, and nowhere else.
///
/// The source grid is the region's; the working grid has the model's pixel size and the same corner, and its
/// pixels are made of the sources directly, not by way of the region's grid.
class RegionReader : public RasterReader {
 public:
  /// @param sources the lowest first; those that do not meet the grid do no harm
  static std::shared_ptr<RegionReader> make(std::vector<RegionSource> sources,
                                            const RegionReaderOptions& options);

  /// Which sources a window of the region's grid may show, by number, the lowest first.
  virtual std::vector<std::size_t> sources_of(const Window& window) const = 0;
};

}  // namespace terramask::geo
