// Names of rasters: files, folders, patterns and lists, with the same meaning everywhere.
#pragma once

#include <string>
#include <vector>

namespace terramask {

/// The rasters that a name stands for, in the order of their names:
/// - a file or what GDAL opens as a raster, as it is;
/// - a folder: its .tif, .tiff, .vrt and .jp2, or, where it has none, its .png, .jpg and .webp; with
/// `recursive`
///   those of its subfolders too (hidden files and folders are left out);
/// - a pattern ("ortho/*.tif"; a folder that has its special characters in its name is meant as it is);
/// - "@FILE": a list of such names, one a line, from the list's own folder; lines that begin with # are left
/// out. Throws not_found (no file matches, no raster in the folder, no list), format (a list that is no
/// UTF-8), io.
std::vector<std::string> list_rasters(const std::string& name, bool recursive = false);

/// Of several names, in their order.
std::vector<std::string> list_rasters(const std::vector<std::string>& names, bool recursive = false);

/// Whether a name is a raster itself, or stands for a list of rasters.
bool is_raster_list(const std::string& name);

}  // namespace terramask
