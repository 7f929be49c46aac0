// A folder for what no one is to see, which goes with the object.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "cli/outputs.hpp"

namespace terramask::tools {

/// Locked while this process lives: what killed processes left beside it is removed first.
class HiddenFolder {
 public:
  /// Beside a file; where there is none, among the system's temporary files.
  HiddenFolder(const std::string& name, const std::string& beside) {
    namespace fs = std::filesystem;
    const fs::path parent = beside.empty() ? fs::temp_directory_path() : fs::path(beside).parent_path();
    folder_ = claim_own_folder(parent.empty() ? "." : parent, "." + name + "-");
  }

  const std::filesystem::path& path() const { return folder_->path(); }
  std::string file(const std::string& name) const { return (path() / name).string(); }

 private:
  std::unique_ptr<ClaimedFolder> folder_;
};

}  // namespace terramask::tools
