// STAC items (1.0) as sources: which raster each names, and when it was taken.
#pragma once

#include <string>
#include <vector>

#include "terramask/source_list.hpp"

namespace terramask::geo {

/// Whether a JSON file says it is an item, a collection or catalogue, or a list of items of STAC.
bool looks_like_stac(const std::string& path);

/// An item; a FeatureCollection or an array of items; a collection or catalogue whose links lead to items in
/// files beside it. Hrefs begin at the item's folder; "https:" and "s3:" are read through GDAL's /vsicurl/
/// and /vsis3/.
/// @param asset the key of the asset; empty: the first with the role "data" or "visual", else the first TIFF
std::vector<ListedSource> read_stac_items(const std::string& path, const std::string& asset);

}  // namespace terramask::geo
