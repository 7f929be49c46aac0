#include "models/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "terramask/error.hpp"

namespace terramask {
namespace {

Error already_there(const std::string& path) {
  return Error(ErrorCode::exists, path + ": already there", "give another name, or --overwrite");
}

// Where the file system cannot refuse to replace, the check in the constructor has to do.
int rename_to(const std::string& from, const std::string& to, bool overwrite) {
  if (!overwrite) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return -1;
  }
  return ::rename(from.c_str(), to.c_str());
}

}  // namespace

AtomicFile::AtomicFile(std::string path, bool overwrite) : path_(std::move(path)), overwrite_(overwrite) {
  const std::filesystem::path target(path_);
  folder_ = target.parent_path().empty() ? "." : target.parent_path().string();
  struct stat status {};
  if (::lstat(path_.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode))
      throw Error(ErrorCode::io, path_ + ": a folder is in the way", "give another name");
    if (!overwrite_) throw already_there(path_);
  }
  for (int attempt = 0; descriptor_ < 0; ++attempt) {
    temporary_ = fmt::format("{}/.{}.{}-{}.part", folder_, target.filename().string(), ::getpid(), attempt);
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0 && (errno != EEXIST || attempt == 100)) fail("cannot be written", errno);
  }
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::fail(const char* what, int cause) const {
  std::string remedy = "check the folder's permissions";
  if (cause == ENOENT || cause == ENOTDIR) remedy = fmt::format("make the folder {} first", folder_);
  if (cause == ENOSPC || cause == EDQUOT) remedy = "make room on the disk, or write elsewhere";
  if (cause == EFBIG) remedy = "the limit on file sizes is too low for it";
  throw Error(ErrorCode::io, fmt::format("{}: {} ({})", path_, what, std::strerror(cause)), remedy);
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("writing failed", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void AtomicFile::commit() {
  if (::fsync(descriptor_) != 0) fail("writing failed", errno);
  const int descriptor = descriptor_;
  descriptor_ = -1;
  if (::close(descriptor) != 0) fail("writing failed", errno);
  if (rename_to(temporary_, path_, overwrite_) != 0) {
    if (errno == EEXIST) throw already_there(path_);
    fail("cannot be given its name", errno);
  }
  temporary_.clear();
  // So that the name, too, outlasts a power cut; some file systems cannot, and then nothing is lost but that.
  const int folder = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
}

}  // namespace terramask
