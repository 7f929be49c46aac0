// Paths that mean the same from wherever a job is run.
#pragma once

#include <functional>
#include <string>

#include "terramask/region.hpp"

namespace terramask::region {

/// The job with each path that is not empty as `change` has it.
RegionJob with_paths(RegionJob job, const std::function<std::string(const std::string&)>& change);

/// The job with absolute paths: the journal knows sources by their paths, and a run from another folder must
/// find them to be the same. Names that are no paths of the file system stay as they are.
RegionJob with_absolute_paths(RegionJob job);

}  // namespace terramask::region
