#include "models/input_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "terramask/error.hpp"

namespace terramask {

struct InputFile::Hash {
  struct Free {
    void operator()(EVP_MD_CTX* made) const { EVP_MD_CTX_free(made); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};

  Hash() {
    if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1)
      throw Error(ErrorCode::internal, "OpenSSL offers no SHA-256");
  }
};

InputFile::InputFile(const std::string& path) : path_(path), hash_(std::make_unique<Hash>()) {
  if (path.empty()) throw Error(ErrorCode::usage, "an empty path names no model file");
  // Without O_NONBLOCK, opening a pipe would wait for a writer.
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) {
    const int cause = errno;
    if (cause == ENOENT || cause == ENOTDIR)
      throw Error(ErrorCode::not_found, path + ": no such file", "check the path");
    throw Error(ErrorCode::io, fmt::format("{}: cannot be opened ({})", path, std::strerror(cause)),
                "check the file's permissions");
  }
  struct stat status {};
  const bool regular = ::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode);
  if (!regular) {
    const bool folder = S_ISDIR(status.st_mode);
    ::close(descriptor_);
    throw Error(ErrorCode::format, path + (folder ? ": a folder, not a file" : ": not a regular file"),
                "name a model file");
  }
  bytes_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::~InputFile() {
  ::close(descriptor_);
}

void InputFile::read(std::span<std::byte> target) {
  std::size_t done = 0;
  while (done < target.size()) {
    const ssize_t count = ::read(descriptor_, target.data() + done, target.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0)
      throw Error(ErrorCode::io, fmt::format("{}: reading failed at byte {} ({})", path_, position_ + done,
                                             std::strerror(errno)));
    if (count == 0)
      throw Error(ErrorCode::format, fmt::format("{}: cut short at byte {}", path_, position_ + done),
                  "copy it again");
    done += static_cast<std::size_t>(count);
  }
  position_ += done;
  if (EVP_DigestUpdate(hash_->context.get(), target.data(), target.size()) != 1)
    throw Error(ErrorCode::internal, "SHA-256 failed");
}

void InputFile::skip(std::uint64_t bytes) {
  std::vector<std::byte> buffer(static_cast<std::size_t>(std::min<std::uint64_t>(bytes, 1 << 16)));
  while (bytes > 0) {
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, buffer.size()));
    read(std::span(buffer).first(part));
    bytes -= part;
  }
}

std::string InputFile::sha256() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(hash_->context.get(), digest.data(), &size) != 1)
    throw Error(ErrorCode::internal, "SHA-256 failed");
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

}  // namespace terramask
