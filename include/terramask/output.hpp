// Checks of outputs before they are written: conflicts, remains of killed runs, and the disk
// space.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace terramask {

/// Checks before any work: the folder exists and is writable, the output does not exist (or `overwrite`), no
/// other run is writing it, no program has it open as a database, and it is neither one of the inputs nor a
/// file that one of them (a mosaic) consists of. Throws usage, not_found, io,
/// exists or unsupported, with the remedy.
void check_output(const std::string& path, bool overwrite, std::span<const std::string> inputs);

/// The hidden folders (".mask.tif.part-inwork") in which one of `paths` is being written by others, or was: a
/// writer that was killed leaves its own.
std::vector<std::string> unfinished_outputs(std::span<const std::string> paths);

/// Removes the hidden folders (".mask.tif.part-inwork") in which one of `paths` was being written by a
/// process that is gone. @return their names
std::vector<std::string> remove_unfinished(std::span<const std::string> paths);

/// Throws exists where another process is writing the output at this moment, naming it.
void check_unwritten(const std::string& path);

/// Bytes on disk that an output needs at most while it is written, and what its folder has free.
struct DiskEstimate {
  std::uint64_t peak_bytes = 0;
  std::uint64_t free_bytes = 0;
};

}  // namespace terramask
