// A file that appears completely or not at all: written beside its final name, synced, renamed.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace terramask {

/// Written as ".NAME.part" beside its final name, and locked; one left by a killed process is overwritten. If
/// the name is a symbolic link, its target is written.
class AtomicFile {
 public:
  /// @throws Error exists if `path` exists and `overwrite` is not set, or while another process is writing
  /// it; usage if it is not a regular file; io if the folder is not writable
  AtomicFile(std::string path, bool overwrite);
  /// Removes the temporary file unless committed.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  /// Renames the file to its final name. Until then, an existing file of that name is kept.
  void commit();

 private:
  bool open_temporary();
  [[noreturn]] void fail(const char* what, int cause) const;

  std::string path_;
  std::string target_;
  std::string temporary_;
  std::string folder_;
  bool overwrite_;
  int descriptor_ = -1;
};

/// Atomically replaces a file with a text.
void replace_file(const std::string& path, std::string_view text);

}  // namespace terramask
