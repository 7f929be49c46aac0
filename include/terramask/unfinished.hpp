// Outputs that are being written, or were when a run was killed.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace terramask {

/// Removes the hidden folders (".mask.tif.part-inwork") in which one of `paths` was being written by a
/// process that is gone. @return their names
std::vector<std::string> remove_unfinished(std::span<const std::string> paths);

/// Throws exists where another process is writing the output at this moment, naming it.
void check_unwritten(const std::string& path);

}  // namespace terramask
