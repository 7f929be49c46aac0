// Who has a file open.
#pragma once

#include <string>

namespace terramask {

enum class Opened {
  any,
  for_writing  ///< readers are left out
};

/// "sqlite3 (process 4242)"
std::string process_text(long pid);

/// Another program that has the file open, as `process_text`; empty where none is seen. Files that other
/// users' programs have open are seen by root alone.
std::string holder_of(const std::string& path, Opened opened);

/// Another program that has a record lock (fcntl) on the file, other users' among them; empty where there is
/// none. For files that this process has not locked itself: locks are given up where a file is closed.
std::string locker_of(const std::string& path, Opened opened);

}  // namespace terramask
