// STAC items (1.0) as sources: the raster and date of each.
#pragma once

#include <string>
#include <vector>

#include "terramask/source_list.hpp"

namespace terramask::geo {

/// Whether a JSON file declares itself a STAC item, collection or catalogue, or a list of items.
bool looks_like_stac(const std::string& path);

/// Reads an item; a FeatureCollection or an array of items; or a collection or catalogue with links to items
/// in files beside it. Hrefs are relative to the item's folder; "https:" and "s3:" are read through GDAL's
/// /vsicurl/ and /vsis3/.
/// @param asset the key of the asset; empty: the first with the role "data" or "visual", else the first TIFF
std::vector<ListedSource> read_stac_items(const std::string& path, const std::string& asset);

}  // namespace terramask::geo
