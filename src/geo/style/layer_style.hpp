// The style that QGIS takes for a layer of a GeoPackage by itself: a row of the table layer_styles.
#pragma once

#include <gdal_priv.h>
#include <ogrsf_frmts.h>

#include <string>
#include <vector>

namespace terramask::geo {

/// Adds the style, in place of one that was written so before and not changed since. Where somebody saved a
/// default of their own for the layer, that one stays it. Styles of other layers stay as they are.
/// What fails is found in GDAL's errors.
/// @param renderer  as StyleElements::vectors
void set_layer_style(GDALDataset& geopackage, OGRLayer& layer, const std::string& renderer);

/// The style that the layer has by default in one file, for the same layer in another.
void copy_layer_style(GDALDataset& from, OGRLayer& layer, GDALDataset& to, OGRLayer& copy);

/// The layers that hold data: without QGIS's table of styles.
std::vector<OGRLayer*> data_layers(GDALDataset& dataset);

}  // namespace terramask::geo
