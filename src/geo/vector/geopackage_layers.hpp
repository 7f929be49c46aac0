// Replaces one layer of a GeoPackage that contains others.
#pragma once

#include <span>
#include <string>

#include "geo/base/working_folder.hpp"

namespace terramask::geo {

/// Checks before any work: throws usage if the GeoPackage at `path` cannot contain a layer of this name (a
/// name of its system tables or of a table that is not a feature layer), or if `path` is an SQLite database
/// but not a GeoPackage. Other formats are not checked.
void check_layer(const std::string& path, const std::string& layer);

/// Puts the folder's finished GeoPackage, which contains only `layer`, in place. If an existing one contains
/// more, only this layer is replaced or added: other layers, tables and styles (also those of the layer) are
/// kept. For this it is copied, and the complete copy replaces it. Throws exists if the name is taken and
/// `overwrite` is not set, or if a program has the file open; io.
void put_layer_in_place(WorkingFolder& folder, const std::string& layer, bool overwrite);

/// Throws usage, naming what would be lost, if the GeoPackage at `path`, which is to be replaced whole,
/// contains more than these layers.
void check_only_layers(const std::string& path, std::span<const std::string> layers);

/// Removes the layer, and the file too if it contains nothing else.
void remove_layer(const std::string& path, const std::string& layer);

}  // namespace terramask::geo
