// Several rasters of one survey as one.
#pragma once

#include <span>
#include <string>

namespace terramask {

/// Lays rasters side by side in a virtual raster that RasterReader opens like any other; it holds no pixels
/// and lives as long as the process.
///
/// They must have the same CRS, pixel size, orientation and pixel grid (to a twentieth of a pixel; what is
/// left is snapped), and the same bands: number, types, colour interpretation, names and nodata. Where they
/// overlap, a later raster's valid pixels hide those of the earlier ones, as with gdalbuildvrt. Validity is
/// theirs: nodata, alpha and masks count as in each alone, and what no raster covers is invalid, by an alpha
/// band that is added last. (Nodata counts band by band: where a pixel is nodata in some bands only, an
/// earlier raster shows through in those.)
///
/// @param src_nodata  as RasterOptions::src_nodata, for the laying over each other
/// @return a path for RasterOptions::paths and check_output
/// @throws Error usage (fewer than one path), mismatch naming the raster that differs from the first and in
///         what, unsupported (no geotransform), and what opening a raster throws
std::string build_mosaic(std::span<const std::string> paths, const std::string& src_nodata = {});

}  // namespace terramask
