// A key of a JSON file that is given on the command line.
#pragma once

#include <string>

namespace terramask::keys {

struct Setting {
  std::string option;  ///< as people typed it, for messages: "--loss"
  std::string key;     ///< "training.loss", "images[0].labels.ignore"
  std::string value;   ///< JSON, or else a text

  bool operator==(const Setting&) const = default;
};

}  // namespace terramask::keys
