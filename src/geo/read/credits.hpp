// Whom a raster is owed to, as its metadata say.
#pragma once

#include <gdal_priv.h>

#include <map>
#include <string>

#include "terramask/raster_reader.hpp"

namespace terramask::geo {

/// The items under which outputs keep their sources' credits.
inline constexpr const char* kAttributionItem = "TERRAMASK_ATTRIBUTION";
inline constexpr const char* kLicenceItem = "TERRAMASK_LICENCE";

/// Of the items above, else ATTRIBUTION and LICENSE (tiles), else TIFF's copyright tag.
Credits credits_of(GDALDataset& dataset);

/// Adds what is not there yet.
void add_credits(Credits& to, const Credits& more);

/// As metadata items of an output; nothing where there is nothing to tell.
void write_credits(const Credits& credits, std::map<std::string, std::string>& metadata);

}  // namespace terramask::geo
