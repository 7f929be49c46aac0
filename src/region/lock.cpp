#include "region/lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "terramask/error.hpp"

namespace terramask::region {

FolderLock::FolderLock(const std::string& folder, const std::string& name, Kind kind) {
  const std::string path = folder + "/" + name;
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0)
    throw Error(ErrorCode::io, fmt::format("{}: cannot be opened: {}", path, std::strerror(errno)),
                "check the folder's permissions");
  if (::flock(descriptor_, (kind == Kind::alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0) return;
  const int cause = errno;
  ::close(descriptor_);
  if (cause == EWOULDBLOCK)
    throw Error(ErrorCode::exists, folder + ": another run is at work in it",
                "wait until it has ended, or name another folder");
  throw Error(ErrorCode::io, fmt::format("{}: cannot be locked: {}", path, std::strerror(cause)),
              "put the output on a file system with locks");
}

FolderLock::~FolderLock() {
  ::close(descriptor_);
}

}  // namespace terramask::region
