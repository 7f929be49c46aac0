// Everything that is decided when a raster (or stack) is opened; shared by its readers, on any grid.
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
  std::vector<NodataOption> nodata;  ///< one per file
  Credits credits;
  std::vector<std::string> warnings;

  /// The first file's.
  const Grid& grid() const { return files.front().grid; }
};

/// Opens the files, chooses the bands and checks that the files can be laid onto the first one's grid.
StackFacts describe_stack(const RasterOptions& options);

}  // namespace terramask::geo
