// A layer of a vector file and its fields, found by name.
#pragma once

#include <ogrsf_frmts.h>

#include <string>

namespace terramask::geo {

/// The layer of this name, or the only one. Throws not_found or usage, listing those that there are; format
/// where there is none.
OGRLayer& find_layer(GDALDataset& dataset, const std::string& path, const std::string& name);

/// Throws not_found, listing those that there are and naming the option.
int find_field(OGRLayer& layer, const std::string& path, const std::string& name, const std::string& option);

/// "name, highway, ..."; "none"
std::string field_names(OGRLayer& layer);

/// WKT; empty where it has none.
std::string layer_crs(OGRLayer& layer);

}  // namespace terramask::geo
