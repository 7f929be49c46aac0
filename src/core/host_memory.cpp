#include "core/host_memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "core/process_limits.hpp"

namespace terramask {

std::uint64_t host_memory() {
  std::uint64_t bytes = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                        static_cast<std::uint64_t>(::sysconf(_SC_PAGE_SIZE));
  for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    std::ifstream file(path);
    if (std::uint64_t limit = 0; file >> limit) bytes = std::min(bytes, limit);
  }
  return std::min(bytes, address_space_limit().value_or(bytes));
}

}  // namespace terramask
