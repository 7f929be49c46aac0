// What only the values of a raster tell: whether they are what the file says they are.
#pragma once

#include "geo/read/stack_facts.hpp"

namespace terramask::geo {

/// Windows spread evenly over a raster; all of it where it is small.
std::vector<Window> sample_windows(const Window& extent);

/// Looks at samples of heights and of alpha. Throws mismatch where most of a surface lies below its terrain,
/// or farther from it than anything is high, and where nodata is not declared; adds a warning where a surface
/// is nowhere near its terrain, or is nothing but that, and where what is called alpha looks like imagery.
/// Tiles of servers are not fetched for it.
void check_values(StackFacts& facts);

/// What is wrong with a file's alpha band; empty where nothing is, or where it has none.
/// @param number of the band, 1-based
std::string doubtful_alpha(GDALDataset& dataset, const std::string& path, int number);

}  // namespace terramask::geo
