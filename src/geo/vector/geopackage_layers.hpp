// One layer of a GeoPackage, replaced where others stand beside it.
#pragma once

#include <span>
#include <string>

#include "geo/base/working_folder.hpp"

namespace terramask::geo {

/// Before any work: throws usage where a layer of this name cannot stand in the GeoPackage at `path` (its own
/// tables' names, and those of tables that are no layers of features), and where a SQLite database stands
/// there that is no GeoPackage. Other formats pass.
void check_layer(const std::string& path, const std::string& layer);

/// Puts the folder's finished GeoPackage, which holds `layer` alone, in place. Where one stands there that
/// holds more, only this layer of it is replaced or added: the other layers, tables and styles (those of the
/// layer too) stay. It is copied for that, and the copy takes its place when it is whole.
/// Throws exists where the name is taken and `overwrite` is not set, or a program has the file open; io.
void put_layer_in_place(WorkingFolder& folder, const std::string& layer, bool overwrite);

/// Throws usage where the GeoPackage at `path`, which is to be replaced whole, holds more than these layers;
/// names what would be lost.
void check_only_layers(const std::string& path, std::span<const std::string> layers);

/// Removes the layer, and the file with it where it holds no more than that.
void remove_layer(const std::string& path, const std::string& layer);

}  // namespace terramask::geo
