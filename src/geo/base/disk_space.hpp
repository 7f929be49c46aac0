// Room on disk: what is free, and whether a failed write failed for want of it.
#pragma once

#include <cstdint>
#include <string>

#include "geo/base/working_folder.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {

/// What an unprivileged user may still write there; 0 where it cannot be told.
std::uint64_t free_bytes(const std::filesystem::path& folder);

/// "12.3 MB"
std::string bytes_text(std::uint64_t bytes);

/// The Error for a write that failed. GDAL does not pass on why, so this tries to write a little in the
/// working folder: a full disk, quota or size limit is then told as such, with the bytes needed and free.
/// @param peak_bytes what the whole output needs at most
/// @param gdal_text  what GDAL said, told where the disk is not to blame
Error write_error(const WorkingFolder& folder, std::uint64_t peak_bytes, const std::string& doing,
                  const std::string& gdal_text);

}  // namespace terramask::geo
