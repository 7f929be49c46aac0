// Examines a set's tiles for their size and (for class values) their palette.
#pragma once

#include <string>

#include "geo/xyz/tile_mosaic.hpp"

namespace terramask::geo {

/// Sets size and palette of a mosaic whose source, zoom and range are known. The majority of the tiles
/// examined decides; damaged tiles and transparent placeholders are ignored.
/// Throws not_found if there is no tile, io if none can be fetched.
/// @param tile_size  the size, if given; 0: to be determined
void look_at_tiles(TileMosaic& mosaic, int tile_size, const std::string& shown);

}  // namespace terramask::geo
