// Names of rasters: files, folders, patterns and lists, with the same meaning everywhere.
#pragma once

#include <string>
#include <vector>

namespace terramask {

/// The rasters that a name stands for, sorted by name. Throws not_found (no match, no raster in the folder,
/// no list), format (a list that is not UTF-8), io.
/// - A file, or what GDAL opens as a raster: itself.
/// - A folder: its .tif, .tiff, .vrt and .jp2 files, or else its .png, .jpg and .webp files. `recursive`
///   includes subfolders. Hidden files and folders are skipped.
/// - A pattern ("ortho/*.tif"). An existing folder whose name contains special characters is not a pattern.
/// - "@FILE": a list of such names, one per line, relative to the list's folder. Lines that begin with # are
///   skipped.
std::vector<std::string> list_rasters(const std::string& name, bool recursive = false);

/// Of several names, in their order.
std::vector<std::string> list_rasters(const std::vector<std::string>& names, bool recursive = false);

/// Whether a name is a raster itself, or stands for a list of rasters.
bool is_raster_list(const std::string& name);

}  // namespace terramask
