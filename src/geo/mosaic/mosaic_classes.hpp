// The combined metadata of a mosaic's tiles.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "geo/read/file_facts.hpp"
#include "terramask/mosaic.hpp"

namespace terramask::geo {

struct TileSurvey {
  FileFacts first;                              ///< of the first tile specified
  bool classes = false;                         ///< the tiles contain class values
  std::vector<ClassInfo> named_classes;         ///< all classes that tiles name, by value; may be empty
  std::map<std::string, std::string> metadata;  ///< items that are the same in all tiles
  std::vector<FileFacts> tiles;                 ///< in the given order
  std::vector<std::string> warnings;
};

/// Opens every tile once.
/// @throws Error mismatch if two tiles name a value differently, and as opening a raster throws
TileSurvey survey_tiles(const std::vector<std::string>& paths, TileContents contents,
                        const ProgressSink& progress, const StopFlag* stop);

}  // namespace terramask::geo
