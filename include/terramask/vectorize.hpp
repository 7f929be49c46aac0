// From masks to vectors: polygons that fit each other without gaps, and the centre lines of roads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "terramask/class_info.hpp"
#include "terramask/progress.hpp"

namespace terramask {

/// A length or an area, on the ground (metres, square metres) or in the mask's pixels.
struct Measure {
  double value = 0;
  bool pixels = false;
};

/// "2.5", "2.5m": on the ground; "2.5px": in pixels. Throws usage, naming the option.
Measure parse_measure(const std::string& text, const std::string& option);
/// The same as text: "2.5", "2.5px".
std::string to_string(const Measure& measure);

struct VectorizeOptions {
  std::string mask{};        ///< one band of class values; anything GDAL opens
  std::string output{};      ///< .gpkg, .geojson (RFC 7946: in WGS 84) or .fgb
  std::string layer{};       ///< empty: the output's name without its ending
  std::string crs{};         ///< in place of the mask's
  std::string src_nodata{};  ///< as RasterOptions::src_nodata
  /// Classes to write, by name or value; empty: all. The others count where borders meet all the same, so
  /// that a class has the same polygons whichever are written.
  std::vector<std::string> classes{};
  /// Patches smaller than this are merged into the neighbour with the longest common border, the
  /// smallest patch first. Nodata is never merged; a patch surrounded by nodata stays.
  Measure min_area{};
  /// Polygons: how far a simplified border may lie from the pixels' edges; 0 keeps those.
  /// Centre lines: how far a simplified line may lie from the smoothed one; empty: half a pixel.
  std::optional<Measure> simplify{};
  /// What `terramask segment --probabilities` wrote with the mask; empty: none.
  std::string probabilities{};
  bool overwrite = false;
  bool dry_run = false;  ///< only counts the features
};

/// What was written of one class.
struct VectorizedClass {
  ClassInfo info;
  std::uint64_t features = 0;
  std::uint64_t pixels = 0;         ///< of polygons
  std::optional<double> area_m2;    ///< of polygons, where the mask has a place on the ground
  std::optional<double> length_m;   ///< of centre lines, where the mask has a place on the ground
  std::optional<double> length_px;  ///< and where it has none
};

struct VectorizeSummary {
  std::vector<VectorizedClass> classes;
  std::uint64_t features = 0;
  std::uint64_t vertices = 0;
  std::uint64_t absorbed = 0;  ///< patches that were too small
  std::vector<std::string> warnings;
  double seconds = 0;
};

/// Polygons of patches of one class, 4-connected. Fields: class (value), name, color, area_m2 (of the patch's
/// pixels, on the CRS's ellipsoid, before simplification; absent where the mask has no CRS), pixels, and
/// probability (the mean over the patch of the probability of its class).
///
/// Borders are cut into arcs where three patches meet and each arc is simplified once (Douglas and Peucker
/// 1973), for both its sides; a shortcut is taken only where no corner of another border would change sides
/// (de Berg, van Kreveld and Schirra 1998), so simplified borders never cross or touch anew, and no patch
/// vanishes. The mask is swept twice, row by row: memory goes with its width, with the number of patches and
/// with the largest polygon, not with its height.
///
/// @param progress may be empty. Phases: "finding patches", "tracing borders"; @param stop may be null
/// @throws Error usage, exists, not_found, format, mismatch, unsupported, io (also a full disk), cancelled
VectorizeSummary vectorize_polygons(const VectorizeOptions& options, const ProgressSink& progress,
                                    const StopFlag* stop);

/// Centre lines of one class: `classes` names it; without, it is the one called road, or the second of two.
/// Fields: class, name, color, length_m (geodesic), width_m and width_median_m (of cross-sections, junctions
/// left out); in pixels (length_px, ...) where the mask has no place on the ground.
///
/// The class is thinned (Guo and Hall 1989) strip by strip of rows, with as many rows around as its widest
/// place asks for, so that lines do not depend on the strips; memory goes with the mask's width and the
/// lines' length. Spurs that stick out of a line by less than their own width are pruned, junctions closer
/// than the line is wide are joined, and ends are led on to where the road ends. Lines lie in the middle of
/// cross-sections, are smoothed by about a pixel and simplified. Roads that touch each other are one road
/// here: what lies between them is what tells them apart.
///
/// @param options  `min_area` closes small holes and drops specks first; `probabilities` must be empty
/// @throws Error   as vectorize_polygons
VectorizeSummary vectorize_centerlines(const VectorizeOptions& options, const ProgressSink& progress,
                                       const StopFlag* stop);

}  // namespace terramask
