// The process-wide settings of GDAL, for programs that use the geo room.
#pragma once

#include <cstdint>

namespace terramask {

/// Registers GDAL's drivers, bounds its block cache (whose default is 5% of the machine's memory) and keeps
/// GDAL from printing: what fails reaches the caller as `Error`. Call once, before other threads use the geo
/// room.
/// @param cache_bytes  size of the block cache; 0 leaves GDAL's default
void configure_gdal(std::uint64_t cache_bytes);

/// Where GDAL finds no memory for something small it ends the process. `end` is called before, from any
/// thread, with what GDAL says; it may end the process in its own way.
void on_gdal_end(void (*end)(const char* message));

}  // namespace terramask
