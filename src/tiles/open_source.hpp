// From a name to the source it names.
#pragma once

#include <functional>
#include <memory>

#include "tiles/source_name.hpp"
#include "tiles/tile_source.hpp"

namespace terramask::tiles {

/// Decodes an image and says what is wrong with it: empty where nothing is. Called from the thread that
/// fetches.
using ImageCheck = std::function<std::string(const std::string& bytes)>;

/// Throws what the kinds of source throw.
std::shared_ptr<TileSource> open_source(const SourceName& name, const TileSettings& settings,
                                        const ImageCheck& check);

}  // namespace terramask::tiles
