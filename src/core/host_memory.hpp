// What the machine has.
#pragma once

#include <cstdint>

namespace terramask {

/// The machine's memory in bytes, or what its control group or `ulimit -v` leaves of it.
std::uint64_t host_memory();

}  // namespace terramask
