// A legend's entry.
#pragma once

#include <string>

namespace terramask {

struct ClassInfo {
  int value = 0;      ///< the pixel value in masks and label rasters
  std::string name;   ///< "road"
  std::string color;  ///< "#rrggbb"
};

}  // namespace terramask
