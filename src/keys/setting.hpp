// A key of a JSON file specified on the command line.
#pragma once

#include <string>

namespace terramask::keys {

struct Setting {
  std::string option;  ///< as typed, for messages: "--loss"
  std::string key;     ///< "training.loss", "images[0].labels.ignore"
  std::string value;   ///< JSON, else text

  bool operator==(const Setting&) const = default;
};

}  // namespace terramask::keys
