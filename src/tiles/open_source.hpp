// Opens the tile source with a given name.
#pragma once

#include <functional>
#include <memory>

#include "tiles/source_name.hpp"
#include "tiles/tile_source.hpp"

namespace terramask::tiles {

/// Decodes an image and returns the fault; empty if there is none. Called from the download thread.
using ImageCheck = std::function<std::string(const std::string& bytes)>;

/// Throws the errors of the source types.
std::shared_ptr<TileSource> open_source(const SourceName& name, const TileSettings& settings,
                                        const ImageCheck& check);

}  // namespace terramask::tiles
