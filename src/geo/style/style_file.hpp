// The style that QGIS loads automatically for a file: the .qml of the same name beside it.
#pragma once

#include <memory>
#include <string>

#include "geo/base/working_folder.hpp"
#include "geo/style/qgis_style.hpp"

namespace terramask::geo {

/// Written in a hidden folder and put in place whole. A style that a user made or changed is never modified.
/// No style is written if QGIS would apply it to another raster too, such as the image "town.jp2" beside the
/// mask "town.tif". Files of the same name, "roads.tif" and "roads.fgb", share a style: each writer replaces
/// its part.
class StyleFile {
 public:
  enum class Kind { raster, vectors };

  /// @param file      the raster or vector file, local
  /// @param elements  of that kind (StyleElements); empty: those of an earlier file are removed
  StyleFile(const std::string& file, Kind kind, const std::string& elements);

  void put_in_place();

 private:
  std::string path_;
  std::unique_ptr<WorkingFolder> folder_;  ///< if there is something to put in place
  bool remove_ = false;
};

}  // namespace terramask::geo
