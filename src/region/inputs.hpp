// The sources of a job: listed, opened, fingerprinted and put in the order of their priority.
#pragma once

#include <vector>

#include "geo/region/region_reader.hpp"
#include "region/journal.hpp"
#include "terramask/region.hpp"

namespace terramask::region {

struct Inputs {
  std::vector<JournalSource> records;      ///< the lowest first
  std::vector<geo::RegionSource> sources;  ///< the same, to be read
  /// Of the files that every source is joined with: stacked rasters and heights. Empty where another process
  /// knows.
  std::string joined;
  std::vector<std::string> faults;  ///< sources that cannot be used, and why
  std::vector<std::string> warnings;
};

/// @param known what an earlier run of the job knew. A source that is gone keeps its place and fingerprint:
/// tiles
///        that were done from it stay done, others fail, and its fault says why (or it is dropped, as asked).
/// @throws Error the first fault where no source can be used, or with `stop_on_error`; cancelled
Inputs open_inputs(const RegionJob& job, const RasterOptions& raster, const RegionRun& run,
                   const std::vector<JournalSource>& known, const StopFlag* stop);

/// The same sources as another process found them, in its order: nothing is fingerprinted.
Inputs reopen_inputs(const RegionJob& job, const RasterOptions& raster,
                     const std::vector<JournalSource>& records, const StopFlag* stop);

/// A grid as the journal keeps it, and back.
std::string grid_text(const Grid& grid);
Grid parse_grid(const std::string& text);

}  // namespace terramask::region
