// The style that QGIS loads automatically for a GeoPackage layer: a row of the table layer_styles.
#pragma once

#include <gdal_priv.h>
#include <ogrsf_frmts.h>

#include <string>
#include <vector>

namespace terramask::geo {

/// Adds the style, or replaces one written earlier and not changed since. If a user has saved another default
/// style for the layer, that one remains the default. Styles of other layers are unchanged. Failures are
/// reported as GDAL errors.
/// @param renderer  as StyleElements::vectors
void set_layer_style(GDALDataset& geopackage, OGRLayer& layer, const std::string& renderer);

/// Copies the default style of a layer to the same layer in another file.
void copy_layer_style(GDALDataset& from, OGRLayer& layer, GDALDataset& to, OGRLayer& copy);

/// The layers that hold data, without QGIS's table of styles.
std::vector<OGRLayer*> data_layers(GDALDataset& dataset);

}  // namespace terramask::geo
