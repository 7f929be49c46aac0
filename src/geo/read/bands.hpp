// Matches a model's bands to those of a raster (or of several stacked ones) by name or colour, never by
// position.
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
  BandRequest found;  ///< name and type as in the file
};

/// The bands to read, in the requested order. Throws mismatch or usage, naming the file, the expected and
/// found bands and the remedy.
std::vector<BandChoice> choose_bands(std::span<const FileFacts> files, const RasterOptions& options,
                                     std::vector<std::string>& warnings);

/// A name without case, punctuation and spelling variants: "Near-Infrared" and "NIR" are the same.
std::string plain_name(const std::string& name);

/// Whether values of type `found` match what a model trained on `wanted` saw. Types of the same kind match.
/// Another kind (8-bit for 16-bit, integers for floats) has another range or unit, whatever the values in the
/// file.
bool type_fits(const std::string& wanted, const std::string& found);

}  // namespace terramask::geo
