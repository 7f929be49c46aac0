// The style that QGIS takes for a file by itself: the .qml of the same name beside it.
#pragma once

#include <memory>
#include <string>

#include "geo/base/working_folder.hpp"
#include "geo/style/qgis_style.hpp"

namespace terramask::geo {

/// Written in a hidden folder, put in place whole. A style that somebody made or changed is never touched,
/// nor is one written where QGIS would take it for another raster too, as for the image "town.jp2" beside the
/// mask "town.tif". Files of one name, "roads.tif" and "roads.fgb", share a style: each writer replaces its
/// part.
class StyleFile {
 public:
  enum class Kind { raster, vectors };

  /// @param file      the raster or vector file, local
  /// @param elements  of that kind (StyleElements); empty: a former file's are taken away
  StyleFile(const std::string& file, Kind kind, const std::string& elements);

  void put_in_place();

 private:
  std::string path_;
  std::unique_ptr<WorkingFolder> folder_;  ///< where there is something to put in place
  bool remove_ = false;
};

}  // namespace terramask::geo
