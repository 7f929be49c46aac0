// A file that appears whole or not at all: written beside its final name, synced, renamed.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace terramask {

/// It grows in ".NAME.part" beside its final name, locked: what a killed process left there is written over.
/// Where the name is a symbolic link, its target is what is written.
class AtomicFile {
 public:
  /// @throws Error exists where `path` is there and `overwrite` is not set, or another process keeps writing
  /// it; usage where it is no regular file; io where the folder is not writable
  AtomicFile(std::string path, bool overwrite);
  /// Removes what was written, unless committed.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  /// Gives the file its name. Until then nothing stands under it, or what stood there before.
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

/// Writes a text so, in place of what stands there.
void replace_file(const std::string& path, std::string_view text);

}  // namespace terramask
