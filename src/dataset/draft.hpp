// A project made from rasters and labels alone: what `terramask init` writes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dataset/project.hpp"

namespace terramask {

/// A class as it is asked for: "128-255=road#ffd400".
struct ClassRequest {
  std::vector<std::string> values;  ///< values or ranges of the label raster
  std::string name;
  std::string color;  ///< may be empty
};

/// "0-127=background,128|130=road#ffd400": classes after commas, several values between bars. Throws usage.
std::vector<ClassRequest> parse_class_requests(const std::string& text);

struct DraftOptions {
  std::vector<std::string> images;  ///< rasters, an image each
  std::vector<std::string> labels;  ///< one for all images, or one for each
  std::vector<std::string> stack;   ///< rasters joined to each image
  std::optional<NdsmMember> ndsm{};
  NodataRule nodata_rule = NodataRule::automatic;
  std::string nodata = "auto";        ///< of the images, as RasterMember has it
  bool no_alpha = false;              ///< of the images
  std::vector<ClassRequest> classes;  ///< empty: the values found
  std::vector<int> ignore;
  std::optional<double> pixel_size_m{};
  bool common_pixel_size = true;  ///< else each image keeps its own, unless pixel_size_m says otherwise
};

/// Classes are the values that occur in the labels under the images, with the names and colours that the
/// label rasters give them (metadata, category names, palette); an unnamed 255 beside two or more others is
/// ignored, as is nodata. The split is by blocks of 256 m, or of less where there is too little ground for
/// fifty; by file where no image has a CRS. The pixel size is what all images have (see choose_pixel_size).
/// Throws what opening them throws, usage where the numbers do not fit, and mismatch for label rasters of so
/// many values that they can be no classes.
/// @param notes  what was decided and should be looked at
Project draft_project(const DraftOptions& options, std::vector<std::string>& notes);

}  // namespace terramask
