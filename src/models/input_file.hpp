// A file read once from beginning to end and hashed at the same time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace terramask {

class InputFile {
 public:
  /// @throws Error not_found, io, or format if `path` is not a regular file
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& path() const { return path_; }
  /// Size when opened.
  std::uint64_t bytes() const { return bytes_; }

  /// Fills `target` with the next bytes; ErrorCode::format at a premature end of file.
  void read(std::span<std::byte> target);
  /// Reads the next bytes for the hash only.
  void skip(std::uint64_t bytes);

  /// SHA-256 of all bytes read so far, in hex. Nothing can be read afterwards.
  std::string sha256();

 private:
  struct Hash;

  std::string path_;
  int descriptor_ = -1;
  std::uint64_t bytes_ = 0;
  std::uint64_t position_ = 0;
  std::unique_ptr<Hash> hash_;
};

}  // namespace terramask
