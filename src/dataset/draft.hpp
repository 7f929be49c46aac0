// Drafts a project from rasters and labels, for `terramask init`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dataset/project.hpp"

namespace terramask {

/// A requested class: "128-255=road#ffd400".
struct ClassRequest {
  std::vector<std::string> values;  ///< values or ranges of the label raster
  std::string name;
  std::string color;  ///< may be empty
};

/// Parses "0-127=background,128|130=road#ffd400": classes separated by commas, values by bars. Throws usage.
std::vector<ClassRequest> parse_class_requests(const std::string& text);

struct DraftOptions {
  std::vector<std::string> images;  ///< rasters, one per image
  std::vector<std::string> labels;  ///< one for all images, or one per image
  std::vector<std::string> stack;   ///< rasters joined to each image
  std::optional<NdsmMember> ndsm{};
  NodataRule nodata_rule = NodataRule::automatic;
  std::string nodata = "auto";        ///< nodata of the images, as in RasterMember
  bool no_alpha = false;              ///< as in RasterMember: alpha "none"
  std::vector<ClassRequest> classes;  ///< empty: the values found
  std::vector<int> ignore;
  std::optional<double> pixel_size_m{};
  bool common_pixel_size = true;  ///< if false, each image keeps its own unless pixel_size_m is set
};

/// Classes are the label values that occur within the images, with the names and colours of the label rasters
/// (metadata, category names, palette). An unnamed value 255 among three or more values is ignored, as is
/// nodata. The split is by blocks of 256 m, or smaller if there is too little ground for fifty; by file if no
/// image has a CRS. The pixel size is the one all images have in common (see choose_pixel_size).
/// Throws the errors of opening the rasters, usage if the numbers of files do not match, and mismatch for
/// label rasters with too many values to be classes.
/// @param notes  decisions that should be reviewed
Project draft_project(const DraftOptions& options, std::vector<std::string>& notes);

}  // namespace terramask
