// What kind of file a name speaks of.
#pragma once

#include <filesystem>
#include <string>

namespace terramask::geo {

/// ".tif" of "Ortho.TIF": in small letters, with its dot; empty without one.
std::string file_ending(const std::filesystem::path& path);

}  // namespace terramask::geo
