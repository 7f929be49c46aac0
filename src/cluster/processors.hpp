// The cores that a process may run on.
#pragma once

#include <sched.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace terramask::cluster {

/// A word a core, 1 where the process may run on it; 1024 of them, whatever the machine has.
inline std::vector<std::uint64_t> allowed_cores() {
  std::vector<std::uint64_t> cores(CPU_SETSIZE);
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof(set), &set) == 0)
    for (std::size_t i = 0; i < cores.size(); ++i) cores[i] = CPU_ISSET(i, &set) ? 1 : 0;
  return cores;
}

/// Of one process among `processes` on a machine; `own` are the cores it may run on, `all` those that any of
/// them may.
inline int fair_share(const std::vector<std::uint64_t>& own, const std::vector<std::uint64_t>& all,
                      int processes) {
  const auto count = [](const std::vector<std::uint64_t>& cores) {
    return static_cast<int>(std::count_if(cores.begin(), cores.end(), [](std::uint64_t n) { return n > 0; }));
  };
  return std::max(1, std::min(count(own), count(all) / std::max(1, processes)));
}

}  // namespace terramask::cluster
