// Attribution and licence of a raster, from its metadata.
#pragma once

#include <gdal_priv.h>

#include <map>
#include <string>

#include "terramask/raster_reader.hpp"

namespace terramask::geo {

/// The metadata items in which outputs record their sources' credits.
inline constexpr const char* kAttributionItem = "TERRAMASK_ATTRIBUTION";
inline constexpr const char* kLicenceItem = "TERRAMASK_LICENCE";

/// From the items above, else from ATTRIBUTION and LICENSE (tiles), else from TIFF's copyright tag.
Credits credits_of(GDALDataset& dataset);

/// Adds credits not yet contained.
void add_credits(Credits& to, const Credits& more);

/// Adds the credits as metadata items of an output; nothing if there are none.
void write_credits(const Credits& credits, std::map<std::string, std::string>& metadata);

}  // namespace terramask::geo
