// What is to be done: the region's grid, its sources on it, and its tiles.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "geo/region/region_reader.hpp"
#include "region/description.hpp"
#include "region/inputs.hpp"
#include "terramask/plan.hpp"

namespace terramask::region {

struct RegionPlan {
  RegionJob job;
  JobFile file;  ///< grid, window, classes
  std::shared_ptr<geo::RegionReader> reader;
  std::shared_ptr<const RegionOfInterest> region;
  Inputs inputs;
  std::vector<JournalTile>
      tiles;  ///< all of the region, row by row; pending, with the digest of their inputs
};

/// The model's bands, over what the job says of its sources.
RasterOptions source_options(const RegionJob& job, const Model& model);

/// The grid where the job begins: around all sources that can be placed, or as the job names it.
JobFile begin_job(const RegionJob& job, const Model& model, const Inputs& inputs);

/// Lays the sources on the grid and cuts it. Tiles are those that a source may show something in and that the
/// region's polygons touch; they begin at multiples of the tile from the grid's corner and end at the
/// region's window.
/// @param footprint the network's: what a tile is made of reaches that far beyond it
RegionPlan make_plan(const RegionJob& job, const Model& model, const JobFile& file, Inputs inputs,
                     const Footprint& footprint);

/// "r00012_c00003"
std::string tile_name(const RegionTile& tile);
/// "tiles/r00012/r00012_c00003.tif", below the job's folder.
std::string mask_path(const RegionTile& tile);
std::string probabilities_path(const RegionTile& tile);

}  // namespace terramask::region
