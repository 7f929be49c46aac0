// What ties a region's tiles together: virtual rasters, the tile index and the STAC collection.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "region/description.hpp"
#include "region/journal.hpp"

namespace terramask::region {

/// What is tied together.
struct Tied {
  const std::string& folder;
  const JobFile& file;
  const std::map<TileKey, JournalTile>& tiles;
  const std::vector<JournalSource>& sources;
  std::string wanted;  ///< of wanted_text
};

struct Products {
  std::vector<std::string> paths, warnings;

  void add(const std::string& path, const std::vector<std::string>& told);
  void add_to(RegionSummary& summary) const;
};

/// Rewrites them from the journal; tiles that are not done are in the index only.
/// @param complete  no tile is missing, so that what the job wants of all of them is made too: polygons.gpkg,
///                  seams dissolved, with the mean probability of each where there are probabilities;
///                  zones.csv and zones.gpkg, the areas of the classes in each zone
Products write_products(const Tied& tied, bool complete, const ProgressSink& progress, const StopFlag* stop);

/// What the journal remembers of what a job wants of all its tiles: polygons, zones, and a date; empty where
/// it wants none.
std::string wanted_text(const RegionJob& job);

/// Throws exists where another program has one of the databases open that will be written in the end.
void check_closed(const std::string& folder);

/// Throws what would keep the wanted products from being made, such as zones that cannot be read: not only
/// once all tiles are done.
void check_wanted(const std::string& wanted, const JobFile& file, const std::string& folder,
                  const StopFlag* stop);

/// Removes polygons and zones: made of other tiles, or of not all, they would look like the truth.
void remove_wanted(const std::string& folder);

}  // namespace terramask::region
