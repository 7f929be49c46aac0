// What a set's tiles say of it: how large they are, and (class values) their palette.
#pragma once

#include <string>

#include "geo/xyz/tile_mosaic.hpp"

namespace terramask::geo {

/// Sets size and palette of a mosaic whose source, zoom and range are known. Of the tiles looked at, most
/// decide: neither one that is damaged nor a placeholder, which is transparent, has a say.
/// @param tile_size  the size where it is given; 0: it is to be found
/// Throws not_found where no tile is there, io where none can be had.
void look_at_tiles(TileMosaic& mosaic, int tile_size, const std::string& shown);

}  // namespace terramask::geo
