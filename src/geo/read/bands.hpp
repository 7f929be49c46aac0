// Which bands of a raster (or of several, joined) a model means: by name or colour, never by position.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "geo/read/file_facts.hpp"
#include "terramask/raster_reader.hpp"

namespace terramask::geo {

struct BandChoice {
  std::size_t file = 0;
  int band = 1;       ///< 1-based, within its file
  BandRequest found;  ///< its name and type as the file has them
};

/// The bands to read, in the order wanted. Throws mismatch or usage, naming the file, what was expected, what
/// was found and the remedy.
std::vector<BandChoice> choose_bands(std::span<const FileFacts> files, const RasterOptions& options,
                                     std::vector<std::string>& warnings);

/// A name with case, punctuation and spelling taken away: "Near-Infrared" and "NIR" are the same.
std::string plain_name(const std::string& name);

/// Whether values of type `found` are what a model trained on `wanted` saw. Types of one kind are: another
/// kind (8-bit for 16-bit, integers for floats) has another range or unit, whatever the file's values happen
/// to be.
bool type_fits(const std::string& wanted, const std::string& found);

}  // namespace terramask::geo
