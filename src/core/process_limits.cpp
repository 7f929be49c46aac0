#include "core/process_limits.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace terramask {
namespace {

std::optional<std::uint64_t> limit_of(__rlimit_resource resource) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  return limit.rlim_cur;
}

/// What a thread needs besides its number. The system says EAGAIN to both.
bool has_room_for_a_stack() {
  pthread_attr_t attributes{};
  std::size_t bytes = std::size_t{8} << 20;
  if (::pthread_getattr_default_np(&attributes) == 0) {
    (void)::pthread_attr_getstacksize(&attributes, &bytes);
    (void)::pthread_attr_destroy(&attributes);
  }
  void* const made =
      ::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (made == MAP_FAILED) return false;
  ::munmap(made, bytes);
  return true;
}

std::optional<std::uint64_t> control_group_limit() {
  for (const char* path : {"/sys/fs/cgroup/pids.max", "/sys/fs/cgroup/pids/pids.max"}) {
    std::ifstream file(path);
    if (std::uint64_t limit = 0; file >> limit) return limit;  // "max" is none
  }
  return std::nullopt;
}

struct Cause {
  std::string text;
  std::string remedy;
};

Cause find_cause() {
  if (!has_room_for_a_stack()) {
    if (const std::string note = memory_limit_note(); !note.empty()) return {note, "raise it"};
    return {" (no memory for its stack)", "end other programs"};
  }
  // The limit is the user's: it counts what else he runs. Root has none.
  if (const auto processes = limit_of(RLIMIT_NPROC); processes && ::geteuid() != 0)
    return {fmt::format(" (limit of processes, `ulimit -u`: {})", *processes), "raise it"};
  if (const auto group = control_group_limit())
    return {fmt::format(" (limit of processes of the control group, pids.max: {})", *group), "raise it"};
  return {" (the system has too many)", "end other programs"};
}

}  // namespace

std::optional<std::uint64_t> address_space_limit() {
  return limit_of(RLIMIT_AS);
}

std::string memory_limit_note() {
  const auto limit = address_space_limit();
  return limit ? fmt::format(" (limit of addresses, `ulimit -v`: {} KiB)", *limit / 1024) : std::string();
}

std::string or_out_of_memory() {
  const std::string note = memory_limit_note();
  return note.empty() ? note : ", or out of memory" + note;
}

std::string memory_remedy() {
  return address_space_limit() ? "raise it" : "end other programs, or use a machine with more";
}

NoThread::NoThread(const std::string& fewer)
    : Error([&] {
        const Cause cause = find_cause();
        return Error(ErrorCode::io, "no further thread could be started" + cause.text,
                     cause.remedy + (fewer.empty() ? "" : ", or " + fewer));
      }()) {}

}  // namespace terramask
