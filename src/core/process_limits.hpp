// What the system gives a process, told where it gives no more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "terramask/error.hpp"

namespace terramask {

/// Bytes of addresses that this process may have (`ulimit -v`); nothing where there is no limit.
std::optional<std::uint64_t> address_space_limit();

/// " (limit of addresses, `ulimit -v`: 409600 KiB)" behind what says that memory ran out; empty where there
/// is no limit.
std::string memory_limit_note();
/// ", or out of memory (limit of addresses, ...)" behind what may have failed for that and does not say so;
/// empty where there is no limit.
std::string or_out_of_memory();
/// What can be done where memory ran out, whatever the work is: raise the limit where there is one.
std::string memory_remedy();

/// The system gave no thread. It lies with no file and no option that was named: whoever gathers what is
/// wrong with one input of many must let it through.
class NoThread : public Error {
 public:
  /// Finds out which limit it was; to be made where a thread has just failed to start.
  /// @param fewer  how the program would start fewer: "use fewer `workers`"; may be empty
  explicit NoThread(const std::string& fewer);
};

}  // namespace terramask
