#include "core/claimed_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <sstream>
#include <thread>
#include <utility>

#include "core/file_holders.hpp"
#include "terramask/error.hpp"

namespace terramask {
namespace fs = std::filesystem;
namespace {

constexpr const char* kLock = ".lock";
constexpr std::size_t kNumber = 6;  // digits of a process in a folder's name
constexpr int kTries = 20;          // while others look whether the folder is left, or are about to remove it
constexpr std::chrono::milliseconds kPause(20);

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

/// Who wrote the lock: its process, and the machine where that is another one.
std::string writer_of(int lock) {
  std::array<char, 320> text{};
  if (::pread(lock, text.data(), text.size() - 1, 0) <= 0) return "another program";
  std::istringstream words(text.data());
  long pid = 0;
  std::string host;
  words >> pid >> host;
  return host == host_name() ? process_text(pid) : fmt::format("process {} on {}", pid, host);
}

/// A lock file that was opened and locked, if that could be; closed with the object.
class Lock {
 public:
  explicit Lock(const fs::path& folder, int flags) : path_(folder / kLock) {
    file_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
    cause_ = file_ < 0 ? errno : ::flock(file_, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
  }
  ~Lock() {
    if (file_ >= 0) ::close(file_);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  bool opened() const { return file_ >= 0; }
  int cause() const { return cause_; }
  bool taken() const { return opened() && cause_ == EWOULDBLOCK; }
  /// On file systems without locks nobody can be seen.
  bool unsupported() const { return opened() && cause_ != 0 && cause_ != EWOULDBLOCK; }
  /// Whether it still stands under its name: its folder may have been removed meanwhile.
  bool stands() const {
    struct stat mine {
    }, there{};
    return ::fstat(file_, &mine) == 0 && ::lstat(path_.c_str(), &there) == 0 && mine.st_dev == there.st_dev &&
           mine.st_ino == there.st_ino;
  }
  std::string writer() const { return writer_of(file_); }
  int release() { return std::exchange(file_, -1); }

 private:
  fs::path path_;
  int file_ = -1, cause_ = 0;
};

/// Away with its name first, so that nobody takes over what is being removed.
void remove_folder(const fs::path& folder) {
  std::error_code failed;
  std::string name = folder.string();
  const fs::path going = name.replace(name.size() - std::min(kNumber, name.size()), kNumber,
                                      fmt::format("{:06x}", ::getpid() & 0xffffff));
  fs::rename(folder, going, failed);
  fs::remove_all(failed ? folder : going, failed);
}

void empty_folder(const fs::path& folder) {
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed))
    if (entry.path().filename() != kLock) fs::remove_all(entry.path(), failed);
}

}  // namespace

ClaimedFolder::ClaimedFolder(fs::path folder, const std::string& output) : path_(std::move(folder)) {
  std::string holder;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(kPause);
    const bool made = ::mkdir(path_.c_str(), 0700) == 0;
    const int cause = made ? 0 : errno;
    std::error_code unknown;
    if (!made && (cause != EEXIST || !fs::is_directory(fs::symlink_status(path_, unknown))))
      throw Error(ErrorCode::io,
                  fmt::format("{}: cannot write in its folder: {}", output, std::strerror(cause)),
                  "choose another folder or change its permissions");
    Lock lock(path_, O_CREAT);
    if (lock.taken()) {
      holder = lock.writer();
      continue;
    }
    if (!lock.opened() && lock.cause() == ENOENT) continue;
    if (!lock.opened() || (lock.unsupported() && !made))
      throw Error(
          ErrorCode::io,
          fmt::format("{}: cannot work in {}: {}", output, path_.string(), std::strerror(lock.cause())),
          "remove it if no other run is at work there");
    if (!lock.stands()) continue;
    if (!made) empty_folder(path_);
    lock_ = lock.release();
    const std::string text = fmt::format("{} {}\n", ::getpid(), host_name());
    // Who it was is for messages alone.
    if (::ftruncate(lock_, 0) != 0 || ::pwrite(lock_, text.data(), text.size(), 0) < 0) errno = 0;
    return;
  }
  throw Error(
      ErrorCode::exists,
      fmt::format("{}: another run is writing it: {}", output, holder.empty() ? "another program" : holder),
      "wait until it has ended, or name another output");
}

ClaimedFolder::~ClaimedFolder() {
  if (lock_ < 0) return;
  remove_folder(path_);
  ::close(lock_);
}

fs::path own_folder(const fs::path& parent, const std::string& prefix, std::vector<std::string>& removed) {
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(parent, failed)) {
    const std::string name = entry.path().filename().string();
    if (name.size() == prefix.size() + kNumber && name.starts_with(prefix) &&
        fs::is_directory(entry.symlink_status(failed)) && remove_if_left(entry.path()))
      removed.push_back(entry.path().string());
  }
  return parent / (prefix + fmt::format("{:06x}", ::getpid() & 0xffffff));
}

std::string worker_in(const fs::path& folder) {
  const Lock lock(folder, 0);
  return lock.taken() ? lock.writer() : std::string();
}

bool remove_if_left(const fs::path& folder) {
  const Lock lock(folder, 0);
  // Without a lock it is an earlier version's; what may not be looked into is somebody else's.
  if (lock.cause() != 0 && (lock.opened() || lock.cause() != ENOENT)) return false;
  remove_folder(folder);
  return true;
}

}  // namespace terramask
