#include "models/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include "core/file_holders.hpp"
#include "core/output_place.hpp"
#include "terramask/error.hpp"

namespace terramask {
namespace {

constexpr int kTries = 500;  // half a minute: enough to write the largest models
constexpr std::chrono::milliseconds kPause(60);

Error already_there(const std::string& path) {
  return Error(ErrorCode::exists, path + ": already there", "give another name, or `overwrite`");
}

// If the file system cannot refuse to replace a file, only the check in the constructor applies.
int rename_to(const std::string& from, const std::string& to, bool overwrite) {
  if (!overwrite) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return -1;
  }
  return ::rename(from.c_str(), to.c_str());
}

/// Whether the open file still has this name.
bool stands(int descriptor, const std::string& path) {
  struct stat mine {
  }, there{};
  return ::fstat(descriptor, &mine) == 0 && ::lstat(path.c_str(), &there) == 0 &&
         mine.st_dev == there.st_dev && mine.st_ino == there.st_ino;
}

}  // namespace

AtomicFile::AtomicFile(std::string path, bool overwrite) : path_(std::move(path)), overwrite_(overwrite) {
  if (std::error_code failed; std::filesystem::is_directory(path_, failed))
    throw Error(ErrorCode::io, path_ + ": a folder is in the way", "give another name");
  const std::filesystem::path target = output_target(path_);
  target_ = target.string();
  folder_ = folder_of(target).string();
  if (!overwrite_ && is_taken(path_)) throw already_there(path_);
  temporary_ = fmt::format("{}/.{}.part", folder_, target.filename().string());
  for (int attempt = 0; !open_temporary(); ++attempt) {
    if (attempt == kTries) {
      const std::string who = holder_of(temporary_, Opened::any);
      temporary_.clear();  // it belongs to the other process
      throw Error(
          ErrorCode::exists,
          fmt::format("{}: another run is writing it: {}", path_, who.empty() ? "another program" : who),
          "wait until it has ended, or give another name");
    }
    std::this_thread::sleep_for(kPause);
  }
}

/// False if another process has it locked, or has just renamed it.
bool AtomicFile::open_temporary() {
  const int opened = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (opened < 0) {
    const int cause = errno;
    temporary_.clear();
    fail("cannot be written", cause);
  }
  // On file systems without locks, users must not run two processes at once.
  const bool taken = ::flock(opened, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  if (taken || !stands(opened, temporary_)) {
    ::close(opened);
    return false;
  }
  descriptor_ = opened;
  if (::ftruncate(descriptor_, 0) != 0) fail("cannot be written", errno);
  return true;
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  if (descriptor_ >= 0) ::close(descriptor_);
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
  // Closing may fail, and the lock must be held until the file is renamed.
  const int lock = ::fcntl(descriptor_, F_DUPFD_CLOEXEC, 0);
  const int written = std::exchange(descriptor_, lock);
  if (::close(written) != 0) fail("writing failed", errno);
  if (rename_to(temporary_, target_, overwrite_) != 0) {
    if (errno == EEXIST) throw already_there(path_);
    fail("cannot be given its name", errno);
  }
  temporary_.clear();
  // Makes the name survive a power failure too; on file systems that do not support this, only that is lost.
  const int folder = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
}

void replace_file(const std::string& path, std::string_view text) {
  AtomicFile file(path, true);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
}

}  // namespace terramask
