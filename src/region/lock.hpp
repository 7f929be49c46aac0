// One run in a folder at a time.
#pragma once

#include <string>

namespace terramask::region {

/// A lock on a file, held as long as the object lives and no longer than the process (flock): a killed run
/// leaves none. Several may share one, against whoever wants it alone.
class FolderLock {
 public:
  enum class Kind { alone, shared };
  /// @throws Error exists where another process holds it: "FOLDER: another run is at work in it"
  FolderLock(const std::string& folder, const std::string& name, Kind kind);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace terramask::region
