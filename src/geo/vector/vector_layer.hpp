// A layer of a vector file and its fields, found by name, and where its features lie.
#pragma once

#include <ogrsf_frmts.h>

#include <string>

#include "terramask/grid.hpp"

namespace terramask::geo {

/// Whether it may hold geometries: tables of attributes (QGIS keeps its layer_styles in one) are no layers.
bool has_geometry(OGRLayer& layer);

/// The layer of this name, or the only one that has geometries. Throws not_found or usage, listing those that
/// there are; format where there is none.
OGRLayer& find_layer(GDALDataset& dataset, const std::string& path, const std::string& name,
                     const std::string& option = "`layer`");

/// Throws not_found, listing those that there are and naming the option.
int find_field(OGRLayer& layer, const std::string& path, const std::string& name, const std::string& option);

/// "name, highway, ..."; "none"
std::string field_names(OGRLayer& layer);

struct LayerPlace {
  std::string crs;   ///< WKT; empty: the grid's
  std::string note;  ///< what was taken for granted, for people; may be empty
};

/// The CRS of a layer: what the file says; where it says nothing, WGS 84 for columns of a CSV file that hold
/// degrees, and the grid's CRS for everything else.
LayerPlace place_layer(OGRLayer& layer, const std::string& path, const Grid& grid);

/// Whether GDAL reads the file as vectors and not as a raster.
bool is_vector_file(const std::string& path);

}  // namespace terramask::geo
