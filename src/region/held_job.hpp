// The job as a folder remembers it, to go on with it by the folder's name alone.
#pragma once

#include "region/description.hpp"

namespace terramask::region {

/// The keys of a job file with absolute paths: they mean the same from any working folder. Of a job that must
/// not be written down, or cannot, the reason: a text.
Json remembered(const RegionJob& job);

}  // namespace terramask::region
