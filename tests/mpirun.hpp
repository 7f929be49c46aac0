// Starts programs of this build as several ranks.
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "terramask/communicator.hpp"

namespace terramask::tests {

/// Why no ranks can be started here; empty where they can. Thread sanitizers take Open MPI's threads for
/// races.
inline std::string no_mpirun() {
#ifdef __SANITIZE_THREAD__
  return "Open MPI under the thread sanitizer";
#else
  if (!has_mpi()) return "this build has no MPI";
  if (std::system("command -v mpirun >/dev/null 2>&1") != 0) return "there is no mpirun";
  return {};
#endif
}

/// Open MPI 4 can be kept quiet; 5 has no -q any more.
inline bool mpirun_has_q() {
  static const bool has_q = std::system("mpirun -q --version >/dev/null 2>&1") == 0;
  return has_q;
}

/// Words to stand before a program's. Any number of ranks, whatever the cores; as root too, as in containers;
/// no word of mpirun's own on stderr, as far as it can be kept quiet.
inline std::string mpirun(int ranks) {
  // Open MPI's own leaks are not ours. A folder of its own: names of sockets are short.
  return "ASAN_OPTIONS=detect_leaks=0 OMP_WAIT_POLICY=passive mpirun --allow-run-as-root --oversubscribe "
         "--mca btl_vader_single_copy_mechanism none " +
         std::string(mpirun_has_q() ? "-q " : "") + "-n " + std::to_string(ranks) + " ";
}

struct RanksOutcome {
  int status = -1;
  std::string text;  ///< stdout and stderr
};

inline RanksOutcome run_shell(const std::string& command) {
  RanksOutcome outcome;
  std::FILE* pipe = ::popen(("(" + command + ") 2>&1").c_str(), "r");
  if (pipe == nullptr) return outcome;
  std::array<char, 4096> some{};
  while (const std::size_t n = std::fread(some.data(), 1, some.size(), pipe))
    outcome.text.append(some.data(), n);
  const int status = ::pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

}  // namespace terramask::tests
