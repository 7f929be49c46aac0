// The keys of architectures as options of the command line: their names, types and help.
#pragma once

#include <string>

#include "terramask/network.hpp"

namespace terramask::tools {

/// "unet, segnet, fcn, linear"
std::string architecture_names();
/// "--depth"
std::string option_name(const NetworkKey& key);
/// "N", "NUMBER", "transpose|nearest"
std::string type_name(const NetworkKey& key);
/// "unet: number of down-samplings", with all architectures that have the key.
std::string help_text(const NetworkKey& key);

}  // namespace terramask::tools
