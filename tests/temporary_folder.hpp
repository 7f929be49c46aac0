// A folder of a test's own that goes with it.
#pragma once

#include <stdlib.h>  // NOLINT: mkdtemp

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace terramask::tests {

class TemporaryFolder {
 public:
  TemporaryFolder() : TemporaryFolder(std::filesystem::temp_directory_path()) {}
  /// In memory where the system has such a place, for tests that sync many small files.
  static TemporaryFolder in_memory() {
    std::error_code failed;
    const bool has = std::filesystem::is_directory("/dev/shm", failed);
    return TemporaryFolder(has ? "/dev/shm" : std::filesystem::temp_directory_path());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::string operator/(const std::string& name) const { return file(name); }
  /// What is in it, in order.
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(path_))
      found.push_back(entry.path().filename().string());
    std::sort(found.begin(), found.end());
    return found;
  }

 private:
  explicit TemporaryFolder(const std::filesystem::path& parent) {
    std::string name = (parent / "terramask-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }

  std::filesystem::path path_;
};

}  // namespace terramask::tests
