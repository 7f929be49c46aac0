// What the tiles of a mosaic say of themselves together.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "geo/read/file_facts.hpp"
#include "terramask/mosaic.hpp"

namespace terramask::geo {

struct TileSurvey {
  FileFacts first;                              ///< of the first tile named
  bool classes = false;                         ///< they hold class values
  std::vector<ClassInfo> named_classes;         ///< all classes that tiles name, by value; may be empty
  std::map<std::string, std::string> metadata;  ///< in which all tiles agree
  std::vector<FileFacts> tiles;                 ///< in the order given
  std::vector<std::string> warnings;
};

/// Opens every tile once.
/// @throws Error mismatch where two tiles name a value differently, and what opening a raster throws
TileSurvey survey_tiles(const std::vector<std::string>& paths, TileContents contents,
                        const ProgressSink& progress, const StopFlag* stop);

}  // namespace terramask::geo
