// Free disk space, and whether a write failed for lack of it.
#pragma once

#include <cstdint>
#include <string>

#include "geo/base/working_folder.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {

/// Bytes that an unprivileged user can still write; 0 if unknown.
std::uint64_t free_bytes(const std::filesystem::path& folder);

/// "12.3 MB"
std::string bytes_text(std::uint64_t bytes);

/// The Error for a failed write. GDAL does not report the reason, so this tries a small write in the working
/// folder: a full disk, quota or size limit is then reported as such, with the bytes needed and free.
/// @param peak_bytes maximum size of the whole output
/// @param gdal_text  GDAL's message, reported if the disk is not the cause
Error write_error(const WorkingFolder& folder, std::uint64_t peak_bytes, const std::string& doing,
                  const std::string& gdal_text);

}  // namespace terramask::geo
