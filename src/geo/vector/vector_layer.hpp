// Finds layers and fields of a vector file by name, and a layer's CRS.
#pragma once

#include <ogrsf_frmts.h>

#include <string>

#include "terramask/grid.hpp"

namespace terramask::geo {

/// Whether it may contain geometries: attribute tables (such as QGIS's layer_styles) are not layers.
bool has_geometry(OGRLayer& layer);

/// The layer of this name, or the only one with geometries. Throws not_found or usage, listing the existing
/// ones; format if there is none.
OGRLayer& find_layer(GDALDataset& dataset, const std::string& path, const std::string& name,
                     const std::string& option = "`layer`");

/// Throws not_found, listing the existing fields and naming the option.
int find_field(OGRLayer& layer, const std::string& path, const std::string& name, const std::string& option);

/// "name, highway, ..."; "none"
std::string field_names(OGRLayer& layer);

struct LayerPlace {
  std::string crs;   ///< WKT; empty: the grid's
  std::string note;  ///< assumptions, for the user; may be empty
};

/// The CRS of a layer: that of the file; if it has none, WGS 84 for columns of degrees in a CSV file, else
/// the grid's CRS.
LayerPlace place_layer(OGRLayer& layer, const std::string& path, const Grid& grid);

/// Whether GDAL reads the file as vectors, not as a raster.
bool is_vector_file(const std::string& path);

}  // namespace terramask::geo
