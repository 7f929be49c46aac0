// A hidden folder that one process at a time works in.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace terramask {

/// Locked as long as the object lives and no longer than the process (flock): what a killed process left is
/// seen to be nobody's.
class ClaimedFolder {
 public:
  /// Makes the folder, or takes one over whose process is gone, and empties it.
  /// @param output named in messages
  /// Throws exists where another process is at work in it, io.
  ClaimedFolder(std::filesystem::path folder, const std::string& output);
  ~ClaimedFolder();  ///< removes the folder with everything in it
  ClaimedFolder(const ClaimedFolder&) = delete;
  ClaimedFolder& operator=(const ClaimedFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int lock_ = -1;
};

/// A folder of this process's own in `parent`, whose name begins with `prefix`: ".terramask-mask-00a1b2".
/// Those of processes that are gone are removed first. @param removed gets their names
std::filesystem::path own_folder(const std::filesystem::path& parent, const std::string& prefix,
                                 std::vector<std::string>& removed);

/// The process at work in such a folder, as `process_text`; empty where it is gone, or there is no folder.
std::string worker_in(const std::filesystem::path& folder);

/// Removes the folder if its process is gone; false where that one is at work.
bool remove_if_left(const std::filesystem::path& folder);

}  // namespace terramask
