// Generated towns: an orthophoto, its surface and terrain models, labels and the map, all by one seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "terramask/class_info.hpp"
#include "terramask/progress.hpp"

namespace terramask {

/// What a scene is made from. The same options give the same bytes, whatever the number of threads.
struct SceneOptions {
  std::string folder;          ///< made where it is not there
  std::uint64_t seed = 1;      ///< another seed is another town
  std::int64_t width = 1024;   ///< pixels, 64 to 65536
  std::int64_t height = 1024;  ///< pixels, 64 to 65536
  double pixel_size_m = 0.5;   ///< 0.1 to 5
  double origin_x = 452000;    ///< easting of the upper left corner
  double origin_y = 5412000;   ///< northing of the upper left corner
  int epsg = 32633;            ///< a projected CRS in metres
  bool overwrite = false;
  unsigned threads = 0;  ///< 0: all
};

/// The files of a scene, in its folder:
/// * ortho.tif: Byte, red, green, blue
/// * dsm.tif: Float32, metres: the surface with buildings, trees and cars; nodata -9999
/// * dtm.tif: Float32, metres: the bare ground
/// * labels.tif: Byte, the class seen from above at each pixel's centre, with palette and names
/// * map.gpkg: roads, buildings, water, vegetation, tree_rows in the CRS of the rasters
/// * map.osm: the same map as OpenStreetMap XML
///
/// The map says what a map would: it knows streets under trees, and woods rather than crowns.
const std::vector<std::string>& scene_files();

/// 0 background (bare or paved ground), 1 road, 2 building, 3 tree, 4 low vegetation, 5 water.
const std::vector<ClassInfo>& scene_classes();

/// Makes a scene. Memory is bounded by a few strips of tiles and the town's vectors, not by the rasters.
/// Nothing stands under the final names until all files are whole.
/// @throws Error usage (sizes, CRS), exists (without `overwrite`), io, cancelled
void generate_scene(const SceneOptions& options, const ProgressSink& progress = {},
                    const StopFlag* stop = nullptr);

}  // namespace terramask
