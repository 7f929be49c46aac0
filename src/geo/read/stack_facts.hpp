// All that is decided about a raster (or stack) when it is opened; whoever reads it, on whichever grid,
// shares it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "geo/read/bands.hpp"
#include "geo/read/file_facts.hpp"
#include "geo/read/validity.hpp"

namespace terramask::geo {

struct StackFacts {
  std::string name;  ///< the path(s), for messages
  std::vector<FileFacts> files;
  std::vector<BandChoice> bands;
  std::vector<BandRequest> found;
  std::vector<NodataOption> nodata;  ///< of each file
  Credits credits;
  std::vector<std::string> warnings;

  /// The first file's.
  const Grid& grid() const { return files.front().grid; }
};

/// Opens the files, chooses the bands and checks that the files can be laid on the first one's grid.
StackFacts describe_stack(const RasterOptions& options);

}  // namespace terramask::geo
