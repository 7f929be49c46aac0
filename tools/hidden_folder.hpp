// A folder for what no one is to see, which goes with the object.
#pragma once

#include <stdlib.h>  // NOLINT: mkdtemp

#include <filesystem>
#include <string>

#include "terramask/error.hpp"

namespace terramask::tools {

class HiddenFolder {
 public:
  /// Beside a file; where there is none, among the system's temporary files.
  HiddenFolder(const std::string& name, const std::string& beside) {
    namespace fs = std::filesystem;
    fs::path parent = beside.empty() ? fs::temp_directory_path() : fs::path(beside).parent_path();
    if (parent.empty()) parent = ".";
    std::string made = (parent / ("." + name + "-XXXXXX")).string();
    if (::mkdtemp(made.data()) == nullptr)
      throw Error(ErrorCode::io, parent.string() + ": no folder can be made in it",
                  "change its permissions, or name the outputs in another folder");
    path_ = made;
  }
  ~HiddenFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  HiddenFolder(const HiddenFolder&) = delete;
  HiddenFolder& operator=(const HiddenFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace terramask::tools
