// File extensions.
#pragma once

#include <filesystem>
#include <string>

namespace terramask::geo {

/// ".tif" for "Ortho.TIF": in lower case, with the dot; empty if there is none.
std::string file_ending(const std::filesystem::path& path);

}  // namespace terramask::geo
