// Checks that need a raster's values: whether they match its metadata.
#pragma once

#include "geo/read/stack_facts.hpp"

namespace terramask::geo {

/// Windows spread evenly over a raster; all of it if it is small.
std::vector<Window> sample_windows(const Window& extent);

/// Examines samples of heights and alpha. Throws mismatch if a surface is mostly below its terrain or
/// implausibly far from it, or if a nodata value is not declared. Adds a warning if a surface is nowhere
/// close to its terrain or equals it everywhere, and if an alpha band looks like imagery. Tiles of servers
/// are not fetched for this.
void check_values(StackFacts& facts);

/// What is wrong with a file's alpha band; empty if nothing is, or if it has none.
/// @param number of the band, 1-based
std::string doubtful_alpha(GDALDataset& dataset, const std::string& path, int number);

}  // namespace terramask::geo
